"""The small files in a job's folder, as records."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from engine.files import write_json
from engine.jobs.queue import WrittenResource
from engine.language.message import Message
from engine.records import Count, Moment, StoredMessage, Text

Argument = Annotated[str, StringConstraints(max_length=100_000, pattern=r"^[^\x00]*$")]


@dataclass(frozen=True)
class JobOrder:
    """job.json: what the job is to do, and when that was asked."""

    started: Moment
    arguments: Annotated[tuple[Argument, ...], Field(max_length=10_000)] = ()
    resource: WrittenResource = "light"


@dataclass(frozen=True)
class JobProgress:
    """progress.json: `done` of `total` (0 = not known).

    `note` is in English; `message` is the same in parts, where the work that wrote it had one.
    """

    done: Count = 0
    total: Count = 0
    note: Text = ""
    message: Message | None = None

    @property
    def doing(self) -> str:
        """The note in the reader's language."""
        return str(self.message or self.note)


@dataclass(frozen=True)
class JobEnd:
    """ended.json: how the job ended; a negative status is a signal.

    `reason` is in English; `message` is the same in parts, where the version that wrote it did.
    """

    exit_status: Annotated[int, Field(ge=-1000, le=1000)]
    reason: Text = ""
    t: Moment = 0.0
    message: StoredMessage | None = None

    @property
    def why(self) -> str:
        """The reason in the reader's language."""
        return str(self.message or self.reason)


def write_job_end(folder: Path, exit_status: int, reason: Message | None) -> None:
    """Leave in a job's folder how it ended, in a form that any reader's language can show."""
    ended = {
        "exit_status": exit_status,
        "reason": reason.in_english() if reason else "",
        "message": reason.record() if reason else None,
        "t": time.time(),
    }
    write_json(folder / "ended.json", ended)
