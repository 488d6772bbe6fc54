"""The request that a run or a job stop: a file in its folder that holds the stage of stopping."""

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
    """Who does not save and end within `ask_seconds` gets SIGTERM; who does not end within
    `term_seconds` of that is killed. Without `save` it is killed at once. Times are Unix seconds.
    """

    asked: Moment
    ask_seconds: _Patience = ASK_SECONDS
    term_seconds: _Patience = TERM_SECONDS
    save: bool = True
    stage: Stage = "asked"
    since: Moment = 0.0

    @property
    def seconds_to_next(self) -> float | None:
        """Until the next stage, as far as the clock can be trusted; None in the last one."""
        patience = {"asked": self.ask_seconds, "terminated": self.term_seconds}.get(self.stage)
        if patience is None:
            return None
        return min(patience, max(0.0, patience - (time.time() - (self.since or self.asked))))


def read_stop_request(path: Path) -> StopRequest | None:
    """The stop request at `path`; an empty file is one too."""
    if not path.exists():
        return None
    return read_record_or(StopRequest, path, StopRequest(time.time()))


def write_stop_request(path: Path, request: StopRequest) -> None:
    """Leave the stop request at `path`."""
    write_json(path, asdict(request))
