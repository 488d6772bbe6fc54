"""The records in a job's folder."""

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
    """job.json: the command of the job, and when it was requested."""

    started: Moment
    arguments: Annotated[tuple[Argument, ...], Field(max_length=10_000)] = ()
    resource: WrittenResource = "light"


@dataclass(frozen=True)
class JobProgress:
    """progress.json: `done` of `total` (0 = unknown).

    `note` is in English. `message` has the same content as a translatable message, if there is one.
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

    `reason` is in English. `message` has the same content as a translatable message; older versions
    did not write it.
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
    """Write ended.json with a translatable reason."""
    ended = {
        "exit_status": exit_status,
        "reason": reason.in_english() if reason else "",
        "message": reason.record() if reason else None,
        "t": time.time(),
    }
    write_json(folder / "ended.json", ended)
