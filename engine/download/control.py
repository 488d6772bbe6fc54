"""How a download is told to pause or stop, and how it tells where it stands: by files."""

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from engine.errors import BadInput
from engine.files import read_json, write_json
from engine.home import Home
from engine.locks import is_held

Phase = Literal["preparing", "running", "paused", "stopping", "ended"]


@dataclass(frozen=True)
class Status:
    """Where a download stands. Rates are of the last ten seconds, sizes in bytes.

    `note` says what it waits for or why it ended; `kinds` counts this session's failures by
    class; `hosts` says, of those with most left, how much that is and how many requests a second
    they get.
    """

    phase: Phase = "preparing"
    started: float = 0.0
    t: float = 0.0
    total: int = 0
    successful: int = 0
    failed: int = 0
    left: int = 0
    rate_limited: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    photographs_per_second: float = 0.0
    bytes_per_second: float = 0.0
    received: int = 0
    seconds_left: float | None = None
    cache_used: int = 0
    cache_most: int = 0
    cache_before: int = 0
    cache_after: int = 0
    note: str = ""
    hosts: dict[str, tuple[int, float]] = field(default_factory=dict)


class Control:
    """The files by which a home's download is steered and watched."""

    def __init__(self, home: Home) -> None:
        self._folder = home.downloads

    @property
    def lock(self) -> Path:
        return self._folder / "lock"

    @property
    def at_work(self) -> bool:
        """Whether a process is downloading into this home."""
        return is_held(self.lock)

    @property
    def asked_to_stop(self) -> bool:
        return (self._folder / "stop").exists()

    @property
    def asked_to_pause(self) -> bool:
        return (self._folder / "pause").exists()

    def stop(self) -> None:
        """Ask the download to finish what is on its way, and end."""
        self._touch("stop")

    def pause(self) -> None:
        """Ask the download to finish what is on its way, and wait."""
        self._touch("pause")

    def go_on(self) -> None:
        """Take back what was asked."""
        for name in ("pause", "stop"):
            (self._folder / name).unlink(missing_ok=True)

    def tell(self, status: Status) -> None:
        write_json(self._folder / "status.json", dataclasses.asdict(status))

    def status(self) -> Status | None:
        """What was told last; None where nothing was downloaded yet."""
        try:
            return Status(**read_json(self._folder / "status.json"))
        except (BadInput, TypeError):
            return None

    def _touch(self, name: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / name).touch()
