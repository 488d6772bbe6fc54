"""The launcher for this machine: detached processes that inherit a kernel lock as their sign of
life.
"""

import logging
import os
import signal
import subprocess
from pathlib import Path

import psutil

from engine.errors import BadInput
from engine.home import Home
from engine.jobs.launcher import Launch, Location
from engine.jobs.processes import (
    Identity,
    end_left_over,
    is_zombie,
    note_process,
    noted_process,
    process_identity,
    rank_processes,
    send_signal,
    start_engine,
)
from engine.locks import is_held
from engine.training.state.run_folder import RunFolder
from engine.training.state.status import read_status

log = logging.getLogger(__name__)

# The seconds to wait until killed processes are gone.
_KILLED_SECONDS = 2.0


class LocalLauncher:
    """A `Launcher`; `_children` are the processes that this object started, by folder."""

    def __init__(self) -> None:
        self._children: dict[Path, subprocess.Popen[bytes]] = {}

    def start(self, launch: Launch, lock: int) -> None:
        self._children[launch.folder] = start_detached(launch, lock)

    def is_alive(self, folder: Path) -> bool:
        child = self._children.get(folder)
        if child is None:
            return is_held(folder / "lock")
        # Do not reap it yet: its pid must stay reserved until `reap` has ended its data loaders.
        return not os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)

    def stop(self, folder: Path, number: signal.Signals) -> None:
        send_signal(number, processes_of(folder))

    def kill(self, folder: Path) -> None:
        send_signal(signal.SIGKILL, processes_of(folder))

    def reap(self, folder: Path) -> int | None:
        try:
            kill_rest(folder)
        except Exception:
            log.exception("What the work in %s left behind could not be ended.", folder)
        child = self._children.pop(folder, None)
        return child.wait() if child is not None else None

    def end_orphans(self, home: Home) -> None:
        end_left_over(home)

    def where(self, folder: Path) -> Location:
        noted, process = noted_process(folder), _main_process(folder)
        if process is None:
            return Location()
        return Location(process.host, str(process.pid), noted.gpu if noted else "")


def start_detached(launch: Launch, lock: int) -> "subprocess.Popen[bytes]":
    """Start a process in its own session and write its identity to the folder.

    The process inherits the lock, which is always closed here.

    Raises:
        OSError: the process cannot be started.
        WorkFailed: the folder cannot be written to.
    """
    gpu = {"CUDA_VISIBLE_DEVICES": launch.gpu} if launch.gpu else {}
    process = start_engine(
        launch.arguments, launch.output, launch.log, lock, {**launch.environment, **gpu}
    )
    note_process(launch.folder, process_identity(process.pid), launch.gpu)
    return process


def processes_of(folder: Path) -> list[psutil.Process]:
    """Return all processes of the run or job in a folder, on this machine only."""
    main = _main_process(folder)
    return list({*(main.processes() if main else ()), *rank_processes(folder)})


def kill_rest(folder: Path) -> None:
    """After the main process has ended, kill the processes that it started.

    So they write nothing after the end of the work is recorded.
    """
    left = [process for process in processes_of(folder) if not is_zombie(process)]
    send_signal(signal.SIGKILL, left)
    psutil.wait_procs(left, timeout=_KILLED_SECONDS)


def _main_process(folder: Path) -> Identity | None:
    """Return the process that is alive: that noted by the starter or that noted by the run."""
    noted = noted_process(folder)
    try:
        status = read_status(RunFolder(folder).status)
    except BadInput:
        return noted
    if status.pid is None or status.pid_started is None:
        return noted
    own = Identity(status.pid, status.pid_started, status.host)
    return noted if noted is not None and noted.started > own.started + 1 else own
