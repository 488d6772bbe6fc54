"""Starts the supervisor when it is needed."""

from pathlib import Path

from engine.errors import WorkFailed
from engine.home import Home
from engine.jobs.launcher import Launcher
from engine.jobs.local_launcher import LocalLauncher
from engine.jobs.processes import start_python
from engine.jobs.queue import read_queue, this_home
from engine.locks import claim, is_held
from engine.reasons import reason_of


def supervisor_lock(home: Home) -> Path:
    """Return the lock file of the supervisor: one per home and machine."""
    return home.queue / f"supervisor-{this_home(home).partition(':')[0]}.lock"


def wake_file(home: Home) -> Path:
    """Return the file whose modification time wakes the supervisor."""
    return home.queue / "bell"


def home_launcher(home: Home) -> Launcher:
    """Return the launcher of the home's runs and jobs, for the supervisor and the pages."""
    return LocalLauncher()


def keep_supervised(home: Home) -> None:
    """Start the supervisor unless it runs, and wake it.

    Raises:
        WorkFailed: the home cannot be written to.
    """
    try:
        home.queue.mkdir(parents=True, exist_ok=True)
        wake_file(home).touch()
        lock = claim(supervisor_lock(home))
        if lock is not None:
            log = home.queue / "supervisor.log"
            start_python(["-m", "engine.runs.supervise", str(home.root)], log, log, lock)
    except OSError as error:
        raise WorkFailed(
            "Nothing can be started in {folder} ({reason}). Make the home writable.",
            folder=home.root,
            reason=reason_of(error),
        ) from error


def resume_queue(home: Home) -> None:
    """After a restart of the machine, start the supervisor if anything is queued."""
    waiting = any(t.where == this_home(home) and not t.held for t in read_queue(home))
    if waiting and not is_held(supervisor_lock(home)):
        keep_supervised(home)
