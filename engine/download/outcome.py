"""How one attempt at an address can end."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.errors import WorkFailed
from engine.images.decode import ImageHeader

Kind = Literal["permanent", "transient", "bad content", "policy"]
KINDS: tuple[Kind, ...] = ("permanent", "transient", "bad content", "policy")

Signal = Literal["well", "neutral", "slow down", "forbidden", "unwell", "address"]
"""What an answer says of its host: it may take more; nothing; that it was too much; that it
refuses us; that it is in trouble; that only this address fails."""


@dataclass(frozen=True)
class Fetched:
    """A whole photograph in a temporary file on the store's disk, written through.

    `size` is its bytes, `wire` those that came over the network.
    """

    temporary: Path
    header: ImageHeader
    sha256: str
    size: int
    wire: int
    etag: str


@dataclass(frozen=True)
class Redirected:
    """The host sends us on to another address."""

    target: str
    wire: int = 0


@dataclass(frozen=True)
class Failed:
    """Nothing usable came. `retry_after` is the pause the host asks for, in seconds."""

    kind: Kind
    reason: str
    signal: Signal = "neutral"
    status: int = 0
    retry_after: float | None = None
    wire: int = 0


@dataclass(frozen=True)
class Deferred:
    """The answer was fine, but its bytes do not fit a budget or the cache just now."""

    reason: str
    wire: int = 0


class DiskFull(WorkFailed):
    """The disk takes no more; found out at the monotonic time `at`."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.at = time.monotonic()


@dataclass(frozen=True)
class Answered:
    """What an API answered, whole."""

    content: bytes
    wire: int = 0


class NeverFits(Exception):
    """The bytes are more than a whole budget; the message says which."""


Outcome = Fetched | Answered | Redirected | Failed | Deferred
