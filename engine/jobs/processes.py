"""Starting work that outlives whoever started it, and reaching all of its processes."""

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
from engine.training.state.run_lock import LED_VARIABLE

# Logs are in English; what is stored is put into words where it is read.
_ENGLISH = {"LANGUAGE": "en"}


@dataclass(frozen=True)
class Identity:
    """A process that is not mistaken for another: a process id is used again, the time it
    started is not, and neither means anything on another machine."""

    pid: ProcessId
    started: Moment
    host: Name = ""

    def processes(self) -> list[psutil.Process]:
        """The process, its children and what else is in its session; empty where it is gone."""
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
        # A loader whose parent died is nobody's child any more, but still of its session; and
        # a session's number is not used again while anybody is left in it.
        if leads:
            found |= {p.pid: p for p in psutil.process_iter() if _session(p.pid) == self.pid}
        return list(found.values())

    @property
    def is_suspended(self) -> bool:
        """Whether the process was halted (SIGSTOP), so that it cannot answer."""
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self.pid)
            ours = self.host == platform.node() and abs(process.create_time() - self.started) < 1
            return ours and process.status() == psutil.STATUS_STOPPED
        return False


def send_signal(number: int, processes: Iterable[psutil.Process]) -> None:
    """Send processes a signal; those that are gone are passed over."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            process.send_signal(number)


def is_zombie(process: psutil.Process) -> bool:
    """Whether it has ended, and only its parent has not heard of it."""
    with contextlib.suppress(psutil.Error):
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    return False


def identity_of(pid: int) -> Identity:
    """The identity of a process that lives, or is not yet waited for."""
    return Identity(pid, psutil.Process(pid).create_time(), platform.node())


def note_process(folder: Path, identity: Identity, gpu: str = "") -> None:
    """Keep in a folder which process works on it, and on which GPU."""
    noted = NotedProcess(identity.pid, identity.started, identity.host, gpu)
    write_json(folder / "process.json", asdict(noted))


@dataclass(frozen=True)
class NotedProcess(Identity):
    """What `note_process` keeps: `gpu` names the GPUs it was given, divided by commas."""

    gpu: Name = ""


def noted_process(folder: Path) -> NotedProcess | None:
    """The process that was noted in a folder last, if that can be read."""
    return read_record_or(NotedProcess, folder / "process.json", None)


def start_engine(
    arguments: Sequence[str],
    output: Path,
    log: Path,
    lock: int,
    environment: Mapping[str, str] | None = None,
) -> "subprocess.Popen[bytes]":
    """Start `python -m engine ARGUMENTS` in a session of its own.

    Standard output and error go to files, for a pipe nobody reads would stop the work. The
    open lock `lock` is handed down and closed here.
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
    # The folder of a job is its own: what it starts in turn must not report into it.
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
    """Kill the helpers of jobs that were killed so suddenly that nobody could end them.

    They are known by their environment, never by a number that may be somebody else's by now.
    """
    for process, folder_name in _processes_with(JOB_VARIABLE):
        folder = Path(folder_name)
        if folder.parent == home.jobs and not is_held(folder / "lock"):
            with contextlib.suppress(psutil.Error):
                process.kill()


def led_processes(run: Path) -> list[psutil.Process]:
    """The processes that train together in the folder of a run, and their loaders.

    Each is a session of its own, and nobody's child once the one that leads them has died.
    """
    led = _processes_with(LED_VARIABLE)
    return [process for process, folder_name in led if Path(folder_name) == run.resolve()]


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
