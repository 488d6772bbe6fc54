"""The small files in a job's folder, as records."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, StringConstraints

from engine.jobs.queue import WrittenResource
from engine.records import Count, Moment, Text

Argument = Annotated[str, StringConstraints(max_length=100_000, pattern=r"^[^\x00]*$")]


@dataclass(frozen=True)
class JobOrder:
    """job.json: what the job is to do, and when that was asked."""

    started: Moment
    arguments: Annotated[tuple[Argument, ...], Field(max_length=10_000)] = ()
    resource: WrittenResource = "light"


@dataclass(frozen=True)
class JobProgress:
    """progress.json: `done` of `total` (0 = not known)."""

    done: Count = 0
    total: Count = 0
    note: Text = ""


@dataclass(frozen=True)
class JobEnd:
    """ended.json: how the job ended; a negative status is a signal."""

    exit_status: Annotated[int, Field(ge=-1000, le=1000)]
    reason: Text = ""
    t: Moment = 0.0
