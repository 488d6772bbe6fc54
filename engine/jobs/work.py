"""A run or a job as the supervisor handles it: what to start, and what to write when it ends."""

import dataclasses
import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from engine.errors import BadInput
from engine.files import write_json
from engine.home import Home
from engine.jobs.failure import exit_words
from engine.jobs.job_files import JobOrder
from engine.jobs.processes import (
    Identity,
    identity_of,
    is_zombie,
    led_processes,
    note_process,
    noted_process,
    send_signal,
    start_engine,
)
from engine.jobs.queue import Resource
from engine.jobs.stop_request import StopRequest, read_stop_request
from engine.locks import release
from engine.progress import JOB_VARIABLE
from engine.records import read_record, read_record_or
from engine.settings.files import load
from engine.settings.run import RunSettings
from engine.training.state.run_folder import RunFolder
from engine.training.state.status import ENDED, State, read_status, require_legal, write_status

# Seconds until a killed process is gone.
_LAST_BREATH = 2.0


@dataclass(frozen=True)
class Work(ABC):
    """What runs and jobs have in common. `name` is run:ID or job:NAME, `root` its folder."""

    home: Home
    name: str
    root: Path

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def stop(self) -> Path:
        return self.root / "stop"

    @property
    @abstractmethod
    def exists(self) -> bool:
        """Whether there is anything to start or to write an end for."""

    @property
    @abstractmethod
    def resource(self) -> Resource:
        """What it takes up while it runs."""

    @property
    def gpus_wanted(self) -> int:
        """How many GPUs it uses, in the resource of those who use some."""
        return 1

    @property
    def asks_by_file(self) -> bool:
        """Whether it looks at the stop file itself; else it is interrupted by a signal."""
        return False

    @property
    def ends_with_note(self) -> bool:
        """Whether it counts as running until it is written how it ended."""
        return False

    @abstractmethod
    def command(self) -> tuple[list[str], Path, dict[str, str]]:
        """The engine's arguments, the file of its output, and its environment."""

    @abstractmethod
    def note_end(
        self, exit_status: int | None, request: StopRequest | None, reason: str = ""
    ) -> None:
        """Write how it ended where it could not say so itself; None = nobody knows.

        `reason` is the sentence to write, where there is a better one than the status gives.
        """

    def start(self, lock: int, gpu: str = "") -> "subprocess.Popen[bytes]":
        """Start its process, which takes over the lock, and note which one that is.

        Raises:
            BadInput: what it is to do cannot be read.
            OSError: its files cannot be written; the lock is let go of in any case.
        """
        try:
            arguments, output, environment = self.command()
        except BaseException:
            release(lock)
            raise
        if gpu:
            environment["CUDA_VISIBLE_DEVICES"] = gpu
        process = start_engine(
            arguments, output, self.root / "log.txt", lock, environment=environment
        )
        note_process(self.root, identity_of(process.pid), gpu)
        return process

    def identity(self) -> Identity | None:
        """The process that was started for it last."""
        return noted_process(self.root)

    @property
    def gpu(self) -> str:
        """The GPUs it was given, divided by commas."""
        noted = noted_process(self.root)
        return noted.gpu if noted else ""

    def processes(self) -> list[psutil.Process]:
        """All of its processes, on this machine only."""
        identity = self.identity()
        return identity.processes() if identity is not None else []

    def signal(self, number: int) -> None:
        """Send all of them a signal."""
        send_signal(number, self.processes())

    def kill_rest(self) -> None:
        """After the end of its process, end those it started, so that nothing they still write
        comes after what is told of the end."""
        left = [process for process in self.processes() if not is_zombie(process)]
        send_signal(signal.SIGKILL, left)
        psutil.wait_procs(left, timeout=_LAST_BREATH)


@dataclass(frozen=True)
class RunWork(Work):
    """A training run."""

    @property
    def folder(self) -> RunFolder:
        return RunFolder(self.root)

    @property
    def exists(self) -> bool:
        return self.folder.config.is_file()

    @property
    def resource(self) -> Resource:
        try:
            return resource_of(load(RunSettings, self.folder.config))
        except BadInput:
            return "cpu"

    @property
    def gpus_wanted(self) -> int:
        try:
            return load(RunSettings, self.folder.config).training.processes
        except BadInput:
            return 1

    @property
    def asks_by_file(self) -> bool:
        return True

    def command(self) -> tuple[list[str], Path, dict[str, str]]:
        arguments = ["train", "--folder", self.root.name, "--home", str(self.home.root)]
        return arguments, self.folder.log, {}

    def identity(self) -> Identity | None:
        """Of the two that are noted, by who started it and by itself, the one that lives."""
        noted = super().identity()
        try:
            status = read_status(self.folder.status)
        except BadInput:
            return noted
        if status.pid is None or status.pid_started is None:
            return noted
        own = Identity(status.pid, status.pid_started, status.host)
        return noted if noted is not None and noted.started > own.started + 1 else own

    def processes(self) -> list[psutil.Process]:
        return list({*super().processes(), *led_processes(self.root)})

    def note_end(
        self, exit_status: int | None, request: StopRequest | None, reason: str = ""
    ) -> None:
        self.stop.unlink(missing_ok=True)
        try:
            status = read_status(self.folder.status)
        except BadInput:
            return
        if status.state in ENDED:
            return
        state: State
        if request is not None and (request.stage != "asked" or not request.save):
            state, reason = "stopped", _stopped_words(request)
        elif exit_status is None:
            return
        else:
            state, reason = "failed", reason or exit_words(exit_status)
        require_legal(status.run_id, status.state, state)
        ended = dataclasses.replace(
            status,
            state=state,
            reason=reason,
            exit_status=exit_status,
            ended=time.time(),
            seconds_left=None,
        )
        write_status(self.folder.status, ended)


@dataclass(frozen=True)
class JobWork(Work):
    """A background job."""

    @property
    def exists(self) -> bool:
        return (self.root / "job.json").is_file()

    @property
    def resource(self) -> Resource:
        order = read_record_or(JobOrder, self.root / "job.json", None)
        return order.resource if order else "light"

    @property
    def ends_with_note(self) -> bool:
        return True

    def command(self) -> tuple[list[str], Path, dict[str, str]]:
        order = read_record(JobOrder, self.root / "job.json")
        arguments = [*order.arguments, "--json", "--home", str(self.home.root)]
        return arguments, self.root / "output.txt", {JOB_VARIABLE: str(self.root)}

    def note_end(
        self, exit_status: int | None, request: StopRequest | None, reason: str = ""
    ) -> None:
        self.stop.unlink(missing_ok=True)
        ended = self.root / "ended.json"
        if ended.exists() or (exit_status is None and request is None):
            return
        status = 130 if exit_status is None or request is not None else exit_status
        reason = "It was stopped." if request is not None else reason or exit_words(status)
        write_json(ended, {"exit_status": status, "reason": reason, "t": time.time()})


def work_of(home: Home, name: str) -> Work:
    """The run or job of a ticket's name."""
    kind, _, called = name.partition(":")
    if kind == "run":
        return RunWork(home, name, home.runs / called)
    return JobWork(home, name, home.jobs / called)


def resource_of(settings: RunSettings) -> Resource:
    """What a training takes up."""
    device = settings.training.device
    return "gpu" if device == "cuda" or (device == "auto" and gpus()) else "cpu"


def gpus() -> list[str]:
    """The GPUs that trainings may use, without asking torch, which takes seconds to load."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [name for name in visible.split(",") if name.strip() not in ("", "-1")]
    nodes = Path("/dev").glob("nvidia[0-9]*")
    return sorted(node.name.removeprefix("nvidia") for node in nodes)


def free_gpus(taken: Sequence[str], wanted: int, limit: int | None) -> str | None:
    """The `wanted` GPUs that are least in use, as CUDA_VISIBLE_DEVICES names them.

    None where one of them has `limit` users already. Of fewer than wanted all are given: the run
    says then what it lacks.
    """
    # A run begun in a terminal was given no GPU; it uses the first.
    chosen = sorted(gpus() or [""], key=taken.count)[:wanted]
    full = limit is not None and any(taken.count(gpu) >= limit for gpu in chosen)
    return None if full else ",".join(chosen)


def stop_request_of(work: Work) -> StopRequest | None:
    """Whether the work is to stop."""
    return read_stop_request(work.stop)


def _stopped_words(request: StopRequest) -> str:
    if not request.save:
        return "It was cancelled without saving; Resume goes on from its last checkpoint."
    waited = request.ask_seconds + (request.term_seconds if request.stage == "killed" else 0)
    did = "killed" if request.stage == "killed" else "ended by SIGTERM"
    return (
        f"It did not answer for {waited:.0f} seconds and was {did}; "
        "Resume goes on from its last checkpoint."
    )
