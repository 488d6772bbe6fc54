"""Seeing to it that the supervisor is there when there is something for it to do."""

from pathlib import Path

from engine.errors import WorkFailed
from engine.home import Home
from engine.locks import claim, is_held
from engine.runs.process import start_python
from engine.runs.queue import here, read_queue
from engine.runs.run import list_runs


def supervisor_lock(home: Home) -> Path:
    """Held by the supervisor that lives: one a home, and one a machine where that is shared."""
    return home.queue / f"supervisor-{here(home).partition(':')[0]}.lock"


def bell(home: Home) -> Path:
    """A file whose new time tells the supervisor to look around."""
    return home.queue / "bell"


def keep_supervised(home: Home) -> None:
    """Start the supervisor unless it runs, and let it look around.

    Raises:
        WorkFailed: the home cannot be written to.
    """
    try:
        home.queue.mkdir(parents=True, exist_ok=True)
        bell(home).touch()
        lock = claim(supervisor_lock(home))
        if lock is not None:
            log = home.queue / "supervisor.log"
            start_python(["-m", "engine.runs.supervisor", str(home.root)], log, log, lock)
    except OSError as error:
        raise WorkFailed(
            f"Nothing can be started in {home.root} ({error.strerror}); make the home writable."
        ) from error


def keep_going(home: Home) -> None:
    """After a restart of the machine: go on with what waits, if anything does."""
    waiting = any(t.where == here(home) and not t.held for t in read_queue(home))
    if waiting and not is_held(supervisor_lock(home)):
        keep_supervised(home)


def tell_of_lost(home: Home) -> None:
    """After a power cut: let the supervisor tell of the runs that were lost in it.

    Raises:
        WorkFailed: the home cannot be written to.
    """
    if any(run.state == "lost" for run in list_runs(home)):
        keep_supervised(home)
