"""The state and progress of a run: status.json, always replaced as a whole."""

import dataclasses
import os
import platform
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired

import psutil
from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from engine.errors import WorkFailed
from engine.files import write_json
from engine.language.message import Message
from engine.records import (
    Count,
    Moment,
    Name,
    Number,
    ProcessId,
    Share,
    StoredMessage,
    Text,
    read_record,
)

State = Literal[
    "queued", "starting", "running", "stopping", "stopped", "finished", "failed", "lost", "damaged"
]
ENDED: frozenset[State] = frozenset({"stopped", "finished", "failed"})
# The allowed changes of state. An attempt that died leaves its state; the next attempt starts from
# it.
_FOLLOWING: dict[State, frozenset[State]] = {
    "queued": frozenset({"starting", "stopped", "failed"}),
    "starting": frozenset({"starting", "running", "stopping", "queued", *ENDED}),
    "running": frozenset({"starting", "stopping", "queued", *ENDED}),
    "stopping": frozenset({"starting", "queued", *ENDED}),
    "stopped": frozenset({"queued", "starting"}),
    "failed": frozenset({"queued", "starting"}),
    "finished": frozenset(),
}
_SECONDS_BETWEEN_WRITES = 1.0


def _written(state: State) -> State:
    if state in ("lost", "damaged"):
        raise ValueError("no run writes this state")
    return state


class Best(TypedDict):
    """The best epoch so far, by macro top-1; a loss that is not finite is None."""

    value: Share
    epoch: Number
    metric: NotRequired[Name]
    loss: NotRequired[Number | None]
    step: NotRequired[Count]
    stage: NotRequired[Count]


@dataclass(frozen=True)
class Status:
    """The content of status.json. Times are Unix seconds.

    "lost" and "damaged" are set by readers and never written. `reason` says in English why the run
    ended, and `message` is the same as a translatable message, which older versions did not write.
    `stage` is the name of the stage, or says in English what precedes it; `preparing` is then the
    same as a message. `stage_step` is the number of steps before the stage. `thread_speeds` are
    the images per second by number of CPU threads in the last trial.
    """

    run_id: Name
    state: Annotated[State, AfterValidator(_written)] = "queued"
    attempt: Count = 0
    pid: ProcessId | None = None
    pid_started: Moment | None = None
    host: Name = ""
    device: Name = ""
    threads: Count | None = None
    thread_speeds: Annotated[dict[Name, Number], Field(max_length=100)] = field(
        default_factory=dict
    )
    stage: Name = ""
    preparing: StoredMessage | None = None
    stage_step: Count = 0
    started: Moment | None = None
    updated: Moment | None = None
    ended: Moment | None = None
    step: Count = 0
    steps_total: Count = 0
    epoch: Number = 0.0
    epochs: Count = 0
    images_per_second: Number | None = None
    seconds_left: Number | None = None
    best: Best | None = None
    last: Annotated[dict[Name, Number | None], Field(max_length=100)] = field(default_factory=dict)
    reason: Text = ""
    exit_status: Annotated[int, Field(ge=-1000, le=1000)] | None = None
    message: StoredMessage | None = None

    @property
    def why(self) -> Message | None:
        """Why the run ended, as a translatable message; None if there is no reason."""
        return self.message or (Message(self.reason) if self.reason else None)


def stage_fields(stage: Message | str) -> dict[str, Any]:
    """The fields of a status that name a stage, or say what is done before it."""
    if isinstance(stage, Message):
        return {"stage": stage.in_english(), "preparing": stage}
    return {"stage": stage, "preparing": None}


def reason_fields(reason: Message | str | None) -> dict[str, Any]:
    """Return the status fields for the reason; empty fields for None."""
    if isinstance(reason, Message):
        return {"reason": reason.in_english(), "message": reason}
    return {"reason": reason or "", "message": None}


def read_status(path: Path) -> Status:
    """Read status.json; unknown keys are ignored.

    Raises:
        BadInput: it is missing or damaged.
    """
    return read_record(Status, path)


def require_legal(run_id: str, before: State, after: State) -> None:
    """Refuse a change of state that is not allowed.

    Raises:
        WorkFailed: `after` may not follow `before`.
    """
    if after != before and after not in _FOLLOWING.get(before, frozenset()):
        raise WorkFailed(
            "The run {run} is {before} and cannot become {after}.",
            run=run_id,
            before=before,
            after=after,
        )


def write_status(path: Path, status: Status) -> None:
    """Write status.json atomically."""
    messages = {"message": status.message, "preparing": status.preparing}
    records = {name: told.record() if told else None for name, told in messages.items()}
    write_json(path, {**dataclasses.asdict(status), **records})


class StatusFile:
    """Keeps the status in memory and writes it at most once per second.

    If several processes train, only one `writes`.
    """

    def __init__(self, path: Path, status: Status, writes: bool = True) -> None:
        self._path = path
        self._writes = writes
        self._next_write = 0.0
        self.status = status

    def begin(self, pid: int | None = None) -> None:
        """Start a new attempt in the process `pid`, by default this one."""
        now, pid = time.time(), pid or os.getpid()
        self.write(
            state="starting",
            attempt=self.status.attempt + 1,
            pid=pid,
            pid_started=psutil.Process(pid).create_time(),
            host=platform.node(),
            started=now,
            ended=None,
            exit_status=None,
            **reason_fields(None),
        )

    def end(self, state: State, exit_status: int, reason: Message | str = "") -> None:
        """End the attempt; `reason` says why if it did not finish."""
        self.write(
            state=state,
            exit_status=exit_status,
            ended=time.time(),
            seconds_left=None,
            **reason_fields(reason),
        )

    def note(self, **changes: Any) -> None:
        """Change the status; it is written within the rate limit."""
        self.status = dataclasses.replace(self.status, **changes)
        if time.monotonic() >= self._next_write:
            self.write()

    def write(self, **changes: Any) -> None:
        """Change the status and write it now.

        Raises:
            WorkFailed: the run's folder was deleted; it is not created again.
        """
        before = self.status
        self.status = dataclasses.replace(before, updated=time.time(), **changes)
        require_legal(before.run_id, before.state, self.status.state)
        if self._writes:
            if not self._path.exists():
                raise WorkFailed(
                    "The folder {folder} was deleted during the run.", folder=self._path.parent
                )
            write_status(self._path, self.status)
        self._next_write = time.monotonic() + _SECONDS_BETWEEN_WRITES
