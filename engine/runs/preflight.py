"""Checks in a background job whether a run can train here, because the check imports torch."""

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
    """The result of the job."""

    findings: tuple[Finding, ...] = ()


def start_preflight(home: Home, settings: RunSettings) -> Job:
    """Start the check, unless it is running."""
    config = home.jobs / _NAME / "config.yaml"
    save(settings, config)
    return start_job(home, _NAME, ["train", "--config", str(config), "--dry-run"])


def read_preflight(home: Home) -> Job:
    """Return the state of the last check."""
    return read_job(home, _NAME)


def findings_in(job: Job) -> list[Finding]:
    """Return the findings of a check that ended; empty if it was interrupted."""
    if job.state not in ("finished", "failed"):
        return []
    return list(as_record_or(_Look, job.result, _Look()).findings)
