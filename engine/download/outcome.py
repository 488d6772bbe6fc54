"""The possible outcomes of one request."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.errors import WorkFailed
from engine.images.decode import ImageHeader
from engine.language.message import Message, deferred

Kind = Literal["permanent", "transient", "bad content", "policy"]
KINDS: tuple[Kind, ...] = ("permanent", "transient", "bad content", "policy")
KIND_NAMES: dict[Kind, str] = {
    "permanent": deferred("Not available"),
    "transient": deferred("Host or network problem"),
    "bad content": deferred("Not a photograph"),
    "policy": deferred("Not allowed"),
}

Signal = Literal["well", "neutral", "slow down", "forbidden", "unwell", "address"]
"""What an answer says about its host: it may accept more; nothing; there were too many requests;
it refuses us; it has a fault; only this address fails."""


@dataclass(frozen=True)
class Fetched:
    """A complete photograph in a temporary file on the store's disk, synced.

    `size` is its size in bytes, `wire` the bytes received over the network.
    """

    temporary: Path
    header: ImageHeader
    sha256: str
    size: int
    wire: int
    etag: str


@dataclass(frozen=True)
class Redirected:
    """The host redirects to another address."""

    target: str
    wire: int = 0


@dataclass(frozen=True)
class Failed:
    """The request failed. `retry_after` is the pause in seconds that the host asks for."""

    kind: Kind
    reason: Message
    signal: Signal = "neutral"
    status: int = 0
    retry_after: float | None = None
    wire: int = 0


@dataclass(frozen=True)
class Deferred:
    """The answer was good, but its bytes do not fit a budget or the cache now."""

    reason: Message
    wire: int = 0


class DiskFull(WorkFailed):
    """The disk is full, as noticed at the monotonic time `at`."""

    def __init__(self, text: str | Message, **fields: object) -> None:
        super().__init__(text, **fields)
        self.at = time.monotonic()


@dataclass(frozen=True)
class Answered:
    """The complete answer of an API."""

    content: bytes
    wire: int = 0


class NeverFits(Exception):
    """The bytes exceed a whole budget; the reason names it."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.text)
        self.reason = reason


Outcome = Fetched | Answered | Redirected | Failed | Deferred
