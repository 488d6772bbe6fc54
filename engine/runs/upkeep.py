"""Automatic maintenance: the daily examination, and alerts after a power cut."""

import time

from engine.errors import StudioError
from engine.home import Home
from engine.jobs.job import start_job
from engine.jobs.supervision import keep_supervised
from engine.runs.run import list_runs

_DAY = 86_400.0


def examine_daily(home: Home) -> None:
    """Queue the daily share of the examination (`doctor --share`), unless it is done.

    The first of a home starts a day after its first backup. It does not wait for training, and
    reads at most 50 MB/s. A home that cannot be written to is skipped.
    """
    if _due(home):
        try:
            start_job(home, "doctor", ["doctor", "--share"])
        except StudioError:
            return


def report_lost_runs(home: Home) -> None:
    """Let the supervisor send alerts for runs that a power cut ended.

    Raises:
        WorkFailed: the home cannot be written to.
    """
    if any(run.state == "lost" for run in list_runs(home)):
        keep_supervised(home)


def _due(home: Home) -> bool:
    now = time.time()
    try:
        # An examination that could not end is still not repeated before the next day.
        begun = home.jobs / "doctor" / "job.json"
        marks = [home.data / "doctor.json", begun]
        last = [mark.stat().st_mtime for mark in marks if mark.exists()]
        if last:
            return now - max(last) > _DAY
        backups = [backup.stat().st_mtime for backup in home.backups.glob("*/manifest.json")]
    except OSError:
        return False
    return bool(backups) and now - min(backups) > _DAY
