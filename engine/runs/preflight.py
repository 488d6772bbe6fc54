"""Whether a run could train here, looked at in the background: it takes torch to say."""

from dataclasses import dataclass

from engine.home import Home
from engine.jobs.job import Job, read_job, start_job
from engine.records import as_record_or
from engine.settings.files import save
from engine.settings.run import RunSettings
from engine.split.finding import Finding

_NAME = "preflight"


@dataclass(frozen=True)
class _Look:
    """What a look tells when it has ended."""

    findings: tuple[Finding, ...] = ()


def start_preflight(home: Home, settings: RunSettings) -> Job:
    """Start looking, unless a look is under way."""
    config = home.jobs / _NAME / "config.yaml"
    save(settings, config)
    return start_job(home, _NAME, ["train", "--config", str(config), "--dry-run"])


def read_preflight(home: Home) -> Job:
    """How the last look stands."""
    return read_job(home, _NAME)


def findings_in(job: Job) -> list[Finding]:
    """What a look that has ended found; empty where it broke off."""
    if job.state not in ("finished", "failed"):
        return []
    return list(as_record_or(_Look, job.result, _Look()).findings)
