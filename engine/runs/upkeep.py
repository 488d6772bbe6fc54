"""What is done once a day without anybody asking: a share of the photographs is examined."""

import time

from engine.errors import StudioError
from engine.home import Home
from engine.runs.jobs import start_job

_DAY = 86_400.0


def examine_daily(home: Home) -> None:
    """Queue the day's share of the examination (`doctor --share`), unless it is done.

    A home's first comes a day after its first backup. It never waits for a training, and reads
    no faster than 50 MB/s. A home that cannot be written to is left alone.
    """
    if _due(home):
        try:
            start_job(home, "doctor", ["doctor", "--share"])
        except StudioError:
            return


def _due(home: Home) -> bool:
    now = time.time()
    try:
        # Where an examination could not end, the next is begun a day later all the same.
        begun = home.jobs / "doctor" / "job.json"
        marks = [home.data / "doctor.json", begun]
        last = [mark.stat().st_mtime for mark in marks if mark.exists()]
        if last:
            return now - max(last) > _DAY
        backups = [backup.stat().st_mtime for backup in home.backups.glob("*/manifest.json")]
    except OSError:
        return False
    return bool(backups) and now - min(backups) > _DAY
