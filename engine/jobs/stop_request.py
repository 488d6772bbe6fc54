"""The request to stop a run or job: a file in its folder with the current stage."""

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from engine.files import write_json
from engine.records import Moment, read_record_or

Stage = Literal["asked", "terminated", "killed"]

ASK_SECONDS = 60.0
TERM_SECONDS = 20.0
_Patience = Annotated[float, Field(ge=0, le=86_400)]


@dataclass(frozen=True)
class StopRequest:
    """A request with its time limits. Times are Unix seconds.

    Work that does not save and end within `ask_seconds` gets SIGTERM. If it does not end within
    `term_seconds` after that, it is killed. Without `save`, it is killed at once.
    """

    asked: Moment
    ask_seconds: _Patience = ASK_SECONDS
    term_seconds: _Patience = TERM_SECONDS
    save: bool = True
    stage: Stage = "asked"
    since: Moment = 0.0

    @property
    def seconds_to_next(self) -> float | None:
        """The seconds to the next stage, robust to clock changes; None in the last stage."""
        patience = {"asked": self.ask_seconds, "terminated": self.term_seconds}.get(self.stage)
        if patience is None:
            return None
        return min(patience, max(0.0, patience - (time.time() - (self.since or self.asked))))


def read_stop_request(path: Path) -> StopRequest | None:
    """Read the stop request at `path`; an empty file also counts as one."""
    if not path.exists():
        return None
    return read_record_or(StopRequest, path, StopRequest(time.time()))


def write_stop_request(path: Path, request: StopRequest) -> None:
    """Write a stop request to `path`."""
    write_json(path, asdict(request))
