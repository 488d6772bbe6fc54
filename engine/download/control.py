"""The files that pause or stop a download, and the file with its progress."""

import contextlib
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from engine.errors import BadInput, WorkFailed
from engine.files import write_json
from engine.home import Home
from engine.language.message import Message
from engine.locks import claim, is_held, release
from engine.reasons import reason_of
from engine.records import read_record_or

Phase = Literal["preparing", "running", "paused", "stopping", "ended"]


@dataclass(frozen=True)
class DownloadStatus:
    """The progress of a download. Rates are means of the last ten seconds, sizes are in bytes.

    `note` says in English what the download waits for or why it ended; `message` is the same as
    a message, missing in files of older versions. `kinds` counts this session's failures by
    kind. `hosts` gives, for the hosts with most addresses left, their number and the requests
    per second.

    `removed` files of `removed_bytes` are in the home's folder `trash`. `strays` files of
    `stray_bytes`, starting with `stray_names`, wait for the user's consent to be removed.
    `missing` is the number of photographs without a file, if that ended the download.
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
    removed: int = 0
    removed_bytes: int = 0
    trash: str = ""
    strays: int = 0
    stray_bytes: int = 0
    stray_names: list[str] = field(default_factory=list)
    missing: int = 0
    message: Message | None = None

    @property
    def why(self) -> str:
        """What the download waits for or why it ended, in the reader's language."""
        return str(self.message or self.note)


@contextlib.contextmanager
def no_download(home: Home) -> Iterator[None]:
    """Prevent downloads of this home from starting, in a `with` block.

    Raises:
        BadInput: a download is running.
        WorkFailed: the home is not writable.
    """
    lock = DownloadControl(home).lock
    try:
        held = claim(lock)
    except OSError as error:
        raise WorkFailed(
            "{file} could not be written ({reason}).", file=lock, reason=reason_of(error)
        ) from error
    if held is None:
        raise BadInput("A download is running. Wait until it ends, or stop it.")
    try:
        yield
    finally:
        release(held)


class DownloadControl:
    """The files that control a home's download and show its progress."""

    def __init__(self, home: Home) -> None:
        self._folder = home.downloads

    @property
    def lock(self) -> Path:
        return self._folder / "lock"

    @property
    def at_work(self) -> bool:
        """Whether a download of this home is running."""
        return is_held(self.lock)

    @property
    def asked_to_stop(self) -> bool:
        return (self._folder / "stop").exists()

    @property
    def asked_to_pause(self) -> bool:
        return (self._folder / "pause").exists()

    def stop(self) -> None:
        """Ask the download to finish its requests in flight and end."""
        self._touch("stop")

    def pause(self) -> None:
        """Ask the download to finish its requests in flight and pause."""
        self._touch("pause")

    def go_on(self) -> None:
        """Withdraw the request to pause or stop."""
        for name in ("pause", "stop"):
            (self._folder / name).unlink(missing_ok=True)

    def tell(self, status: DownloadStatus) -> None:
        values = dataclasses.asdict(dataclasses.replace(status, message=None))
        if status.message is not None:
            values |= {"note": status.message.in_english(), "message": status.message.record()}
        write_json(self._folder / "status.json", values)

    def status(self) -> DownloadStatus | None:
        """The last reported status; None if there was no download yet."""
        return read_record_or(DownloadStatus, self._folder / "status.json", None)

    def _touch(self, name: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / name).touch()
