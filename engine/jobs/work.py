"""Runs and jobs as the supervisor handles them: what to start, and what to write at the end."""

import dataclasses
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from engine.errors import BadInput
from engine.home import Home
from engine.jobs.failure import describe_exit
from engine.jobs.job_files import JobOrder, write_job_end
from engine.jobs.launcher import Launch
from engine.jobs.queue import Resource, read_queue
from engine.jobs.stop_request import StopRequest, read_stop_request
from engine.language.message import Message, message
from engine.progress import JOB_VARIABLE
from engine.records import read_record, read_record_or
from engine.settings.files import load
from engine.settings.run import RunSettings
from engine.training.state.run_folder import RunFolder
from engine.training.state.status import (
    ENDED,
    State,
    read_status,
    reason_fields,
    require_legal,
    write_status,
)


@dataclass(frozen=True)
class Work(ABC):
    """The common interface of runs and jobs. `name` is run:ID or job:NAME, `root` its folder."""

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
        """The resource that it uses."""

    @property
    def gpus_wanted(self) -> int:
        """The number of GPUs that it uses, if its resource is "gpu"."""
        return 1

    @property
    def asks_by_file(self) -> bool:
        """Whether it checks the stop file itself; otherwise it is interrupted by a signal."""
        return False

    @property
    def ends_with_note(self) -> bool:
        """Whether it counts as running until its end is recorded."""
        return False

    @abstractmethod
    def launch(self, gpu: str = "") -> Launch:
        """Return what to start, on these GPUs.

        Raises:
            BadInput: its configuration or order cannot be read.
        """

    @abstractmethod
    def note_end(
        self, exit_status: int | None, request: StopRequest | None, reason: Message | None = None
    ) -> None:
        """Record how it ended if it did not do so itself; `exit_status` is None if unknown.

        `reason` is the message to write, if it is better than a description of the status.
        """


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

    def launch(self, gpu: str = "") -> Launch:
        arguments = ("train", "--folder", self.root.name, "--home", str(self.home.root))
        return Launch(self.root, arguments, self.folder.log, gpu=gpu)

    def note_end(
        self, exit_status: int | None, request: StopRequest | None, reason: Message | None = None
    ) -> None:
        self.stop.unlink(missing_ok=True)
        try:
            status = read_status(self.folder.status)
        except BadInput:
            return
        resumed = status.state == "queued" and any(
            ticket.name == self.name for ticket in read_queue(self.home)
        )
        if status.state in ENDED or resumed:
            return
        state: State
        if request is not None and (request.stage != "asked" or not request.save):
            state, reason = "stopped", _how_stopped(request)
        elif exit_status is None:
            return
        else:
            state, reason = "failed", reason or describe_exit(exit_status)
        require_legal(status.run_id, status.state, state)
        ended = dataclasses.replace(
            status,
            state=state,
            **reason_fields(reason),
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

    def launch(self, gpu: str = "") -> Launch:
        order = read_record(JobOrder, self.root / "job.json")
        return job_launch(self.home, self.root, order.arguments, gpu=gpu)

    def note_end(
        self, exit_status: int | None, request: StopRequest | None, reason: Message | None = None
    ) -> None:
        self.stop.unlink(missing_ok=True)
        ended = (self.root / "ended.json").exists()
        if ended or (exit_status is None and request is None):
            return
        status = 130 if exit_status is None or request is not None else exit_status
        stopped = message("It was stopped.") if request is not None else None
        write_job_end(self.root, status, stopped or reason or describe_exit(status))


def job_launch(
    home: Home,
    folder: Path,
    arguments: Sequence[str],
    environment: Mapping[str, str] = MappingProxyType({}),
    gpu: str = "",
) -> Launch:
    """Return the launch of a job's command, which prints JSON and reports to the job's folder."""
    return Launch(
        folder,
        (*arguments, "--json", "--home", str(home.root)),
        folder / "output.txt",
        {**environment, JOB_VARIABLE: str(folder)},
        gpu,
    )


def work_of(home: Home, name: str) -> Work:
    """Return the run or job with a ticket's name."""
    kind, _, called = name.partition(":")
    if kind == "run":
        return RunWork(home, name, home.runs / called)
    return JobWork(home, name, home.jobs / called)


def resource_of(settings: RunSettings) -> Resource:
    """Return the resource that a training uses."""
    device = settings.training.device
    return "gpu" if device == "cuda" or (device == "auto" and gpus()) else "cpu"


def gpus() -> list[str]:
    """Return the GPUs that trainings may use, without importing torch, which takes seconds."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [name for name in visible.split(",") if name.strip() not in ("", "-1")]
    nodes = Path("/dev").glob("nvidia[0-9]*")
    return sorted(node.name.removeprefix("nvidia") for node in nodes)


def free_gpus(taken: Sequence[str], wanted: int, limit: int | None) -> str | None:
    """Return the `wanted` GPUs with the fewest users, in the format of CUDA_VISIBLE_DEVICES.

    None if one of them already has `limit` users. If there are fewer than wanted, return all: the
    run then reports what is missing.
    """
    # A run started in a terminal has no assigned GPU; it uses the first.
    chosen = sorted(gpus() or [""], key=taken.count)[:wanted]
    full = limit is not None and any(taken.count(gpu) >= limit for gpu in chosen)
    return None if full else ",".join(chosen)


def stop_request_of(work: Work) -> StopRequest | None:
    """Return the request to stop the work, or None."""
    return read_stop_request(work.stop)


def _how_stopped(request: StopRequest) -> Message:
    if not request.save:
        return message("Cancelled without saving. Resume continues from the last checkpoint.")
    if request.stage == "killed":
        return message(
            "It did not respond for {time:duration} and was killed. Resume continues from the last "
            "checkpoint.",
            time=round(request.ask_seconds + request.term_seconds),
        )
    return message(
        "It did not respond for {time:duration} and was ended by SIGTERM. Resume continues from "
        "the last checkpoint.",
        time=round(request.ask_seconds),
    )
