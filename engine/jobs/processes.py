"""Starts processes that outlive their starter, and finds all processes of a run or job."""

import contextlib
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from engine.files import write_json
from engine.home import Home
from engine.locks import LOCK_VARIABLE, is_held, release
from engine.progress import JOB_VARIABLE
from engine.records import Moment, Name, ProcessId, read_record_or
from engine.settings.configs import PROJECT
from engine.training.state.run_lock import RANK_RUN_VARIABLE

# Logs are in English; stored messages are translated when read.
_ENGLISH = {"LANGUAGE": "en"}


@dataclass(frozen=True)
class Identity:
    """Identifies a process by its pid, its start time and its machine.

    A pid alone is not enough, because the system reuses it.
    """

    pid: ProcessId
    started: Moment
    host: Name = ""

    def processes(self) -> list[psutil.Process]:
        """Return the process, its children and the rest of its session; empty if it has ended."""
        if self.host != platform.node():
            return []
        found: dict[int, psutil.Process] = {}
        leads = True
        with contextlib.suppress(psutil.NoSuchProcess):
            leader = psutil.Process(self.pid)
            if abs(leader.create_time() - self.started) >= 1:
                return []
            found = {child.pid: child for child in [leader, *leader.children(recursive=True)]}
            leads = _session(self.pid) == self.pid
        # A data loader whose parent died has a new parent, but remains in the session. A session id
        # is not reused while the session has processes.
        if leads:
            found |= {p.pid: p for p in psutil.process_iter() if _session(p.pid) == self.pid}
        return list(found.values())

    @property
    def is_suspended(self) -> bool:
        """Whether the process is suspended (SIGSTOP), so that it cannot respond."""
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self.pid)
            ours = self.host == platform.node() and abs(process.create_time() - self.started) < 1
            return ours and process.status() == psutil.STATUS_STOPPED
        return False


def send_signal(number: int, processes: Iterable[psutil.Process]) -> None:
    """Send a signal to processes; those that have ended are skipped."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            process.send_signal(number)


def is_zombie(process: psutil.Process) -> bool:
    """Whether it has ended but its parent has not reaped it yet."""
    with contextlib.suppress(psutil.Error):
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    return False


def process_identity(pid: int) -> Identity:
    """Return the identity of a process that is alive or not yet reaped."""
    return Identity(pid, psutil.Process(pid).create_time(), platform.node())


def note_process(folder: Path, identity: Identity, gpu: str = "") -> None:
    """Write the identity and the GPUs of the process that works on a folder."""
    noted = NotedProcess(identity.pid, identity.started, identity.host, gpu)
    write_json(folder / "process.json", asdict(noted))


@dataclass(frozen=True)
class NotedProcess(Identity):
    """The record that `note_process` writes; `gpu` lists its GPUs, separated by commas."""

    gpu: Name = ""


def noted_process(folder: Path) -> NotedProcess | None:
    """Return the process noted last in a folder, or None if that cannot be read."""
    return read_record_or(NotedProcess, folder / "process.json", None)


def start_engine(
    arguments: Sequence[str],
    output: Path,
    log: Path,
    lock: int,
    environment: Mapping[str, str] | None = None,
) -> "subprocess.Popen[bytes]":
    """Start `python -m engine ARGUMENTS` in its own session.

    Standard output and error go to files, because a pipe without a reader would block the process.
    It inherits the open lock `lock`, which is closed here.
    """
    return start_python(["-m", "engine", *arguments], output, log, lock, environment)


def start_python(
    arguments: Sequence[str],
    output: Path,
    log: Path,
    lock: int,
    environment: Mapping[str, str] | None = None,
) -> "subprocess.Popen[bytes]":
    """As `start_engine`, for any arguments of Python."""
    # A process started by a job must not write to the folder of that job.
    inherited = {key: value for key, value in os.environ.items() if key != JOB_VARIABLE}
    try:
        with output.open("ab") as out, log.open("ab") as err:
            return subprocess.Popen(
                [sys.executable, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=PROJECT,
                env={**inherited, **_ENGLISH, **(environment or {}), LOCK_VARIABLE: str(lock)},
                start_new_session=True,
                pass_fds=(lock,),
            )
    finally:
        release(lock)


def end_left_over(home: Home) -> None:
    """Kill the child processes of jobs that were killed too abruptly to end them.

    They are found by their environment, because their pid may have been reused.
    """
    for process, folder_name in _processes_with(JOB_VARIABLE):
        folder = Path(folder_name)
        if folder.parent == home.jobs and not is_held(folder / "lock"):
            with contextlib.suppress(psutil.Error):
                process.kill()


def rank_processes(run: Path) -> list[psutil.Process]:
    """Return the processes that train together in the folder of a run, and their data loaders.

    Each has its own session, and no parent once the leader has died.
    """
    ranks = _processes_with(RANK_RUN_VARIABLE)
    return [process for process, folder_name in ranks if Path(folder_name) == run.resolve()]


def _processes_with(variable: str) -> Iterator[tuple[psutil.Process, str]]:
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if folder_name := process.environ().get(variable):
                yield process, folder_name


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return -1
