"""Starting, stopping and resuming runs."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator

import psutil
from filelock import FileLock

from engine.errors import BadInput, WorkFailed
from engine.home import Home
from engine.locks import claim, is_held
from engine.runs.process import start_engine
from engine.runs.run import Run, find_run, read_run
from engine.settings.run import RunSettings
from engine.training.folder import RunFolder, prepare

ASK_SECONDS = 60.0
TERM_SECONDS = 20.0
_TICK = 0.2


def launch(home: Home, settings: RunSettings, run_id: str | None = None) -> Run:
    """Start a run in the background. A run_id that exists is that run: nothing starts twice.

    Raises:
        BadInput: the split or the configuration cannot be trained on; no folder is left behind.
    """
    chosen = run_id or new_run_id(settings)
    home.runs.mkdir(parents=True, exist_ok=True)
    # Two clicks at the same moment take turns here; the second finds the run of the first.
    with FileLock(home.runs / ".launching"):
        if (home.runs / chosen / "config.yaml").is_file():
            return find_run(home, chosen)
        folder = prepare(home, settings, chosen)
        _start(home, folder)
    return read_run(folder)


def new_run_id(settings: RunSettings) -> str:
    """A name for a new run: what it is called and when it was asked for, to the millisecond."""
    now = time.time()
    day_and_time = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
    return f"{settings.name}-{day_and_time}-{int(now * 1000) % 1000:03d}"


def resume(home: Home, run_id: str) -> Run:
    """Go on with a run that was stopped, failed or was lost.

    Raises:
        BadInput: it is running, or there is nothing left to do.
    """
    run = find_run(home, run_id)
    if run.is_live:
        raise BadInput(f"The run {run_id} is {run.state} already.")
    if run.state == "finished":
        raise BadInput(f"The run {run_id} is finished; there is nothing left to do.")
    run.folder.stop.unlink(missing_ok=True)
    _start(home, run.folder)
    return read_run(run.folder)


def ask_to_stop(home: Home, run_id: str) -> Run:
    """Ask a run to save at the end of its step and end. Returns at once.

    Raises:
        BadInput: it is not running.
    """
    run = find_run(home, run_id)
    if not run.is_live:
        raise BadInput(f"The run {run_id} is {run.state}, not running.")
    run.folder.stop.touch()
    return read_run(run.folder)


def stop(
    home: Home,
    run_id: str,
    tell: Callable[[str], None] = lambda sentence: None,
    ask_seconds: float = ASK_SECONDS,
    term_seconds: float = TERM_SECONDS,
) -> Run:
    """Stop a run: ask, then SIGTERM, then kill its whole group; `tell` hears each as it happens.

    Raises:
        BadInput: it is not running.
        WorkFailed: it is still there after all of that.
    """
    run = ask_to_stop(home, run_id)
    tell("Asked it to save and stop.")
    if _ended_within(ask_seconds, run.folder):
        return read_run(run.folder)
    for sentence, number, seconds in (
        ("It did not answer; sent it SIGTERM.", signal.SIGTERM, term_seconds),
        ("It did not end; killed it and its loaders.", signal.SIGKILL, 5.0),
    ):
        tell(sentence)
        for process in _group(run.folder):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, number)
        if _ended_within(seconds, run.folder):
            return read_run(run.folder)
    raise WorkFailed(
        f"The run {run_id} could not be ended; its process may belong to another user."
    )


def _start(home: Home, folder: RunFolder) -> None:
    lock = claim(folder.lock)
    if lock is None:
        return
    start_engine(
        ["train", "--folder", folder.root.name, "--home", str(home.root)],
        output=folder.log,
        log=folder.log,
        lock=lock,
    )


def _ended_within(seconds: float, folder: RunFolder) -> bool:
    deadline = time.monotonic() + seconds
    while is_held(folder.lock):
        if time.monotonic() > deadline:
            return False
        time.sleep(_TICK)
    return True


def _group(folder: RunFolder) -> Iterator[int]:
    """The run's processes: the one its status names, if it is that one still, and its children."""
    status = folder.read_status()
    if status.pid is None or status.pid_started is None:
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        trainer = psutil.Process(status.pid)
        # A process id is used again; the time a process started is not.
        if abs(trainer.create_time() - status.pid_started) < 1:
            yield from (process.pid for process in [trainer, *trainer.children(recursive=True)])
