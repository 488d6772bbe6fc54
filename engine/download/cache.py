"""The cache of photographs on disk, with a hard size limit. Space is reserved before writing."""

import math
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.catalogue.store import Catalogue
from engine.download import trash
from engine.download.outcome import DiskFull, NeverFits
from engine.download.store import DownloadStore
from engine.files import free_disk_bytes
from engine.home import Home
from engine.home_id import require_own_images
from engine.language.message import Message, message
from engine.settings.download import DownloadSettings

GRACE_SECONDS = 5.0
"""How long a file stays after its row is removed, for readers that have just read the row."""

_BATCH = 256

# With this many free bytes beyond the minimum, the disk is checked only at this interval.
_PLENTY = 4_000_000_000
_LOOK_EVERY = 0.2


@dataclass(frozen=True)
class Protected:
    """Hashes of the files that are never removed."""

    sha256s: Collection[str] = frozenset()


Protect = Callable[[], Protected]


def nothing_protected() -> Protected:
    return Protected()


@dataclass(frozen=True)
class _Condemned:
    sha256: str
    file: Path
    size: int
    changed: float
    since: float


class Cache:
    """Counts the bytes in data/images, for one process. Safe for several threads."""

    def __init__(
        self,
        home: Home,
        settings: DownloadSettings,
        downloads: DownloadStore,
        used: int = 0,
        waiting: Collection[str] = frozenset(),
    ) -> None:
        """`used` bytes are on disk; the files `waiting`, by path, stay until the user decides."""
        self._home, self._downloads = home, downloads
        self._waiting = frozenset(waiting)
        self.most = round(settings.cache_gigabytes * 1e9)
        self._low_water = round(self.most * settings.cache_low_water)
        self._floor = round(settings.free_gigabytes * 1e9)
        self._lock = threading.Lock()
        self._used, self._promised = used, 0
        self._condemned: list[_Condemned] = []
        self._refused = 0
        self._looked = -math.inf, 0

    @property
    def used(self) -> int:
        """Bytes on disk."""
        return self._used

    @property
    def wants_room(self) -> bool:
        """Whether a reservation failed since space was last freed."""
        return self._refused > 0

    @property
    def is_clearing(self) -> bool:
        """Whether files wait for the end of their grace period."""
        return bool(self._condemned)

    def promise(self, size: int) -> Message | None:
        """Reserve `size` bytes; returns why that is not possible, or None.

        Raises:
            NeverFits: `size` exceeds the whole cache.
            DiskFull: the disk would have less free space than required.
        """
        if size > self.most:
            raise NeverFits(message("The file is larger than the whole cache."))
        with self._lock:
            if self._used + self._promised + size > self.most:
                self._refused = max(self._refused, size)
                return message("The cache is full.")
            self.require_disk(size + self._promised)
            self._promised += size
        return None

    def settle(self, promised: int, written: int) -> None:
        """Release a reservation, of which `written` bytes were used."""
        with self._lock:
            self._promised -= promised
            self._used += written

    def require_disk(self, size: int = 0) -> None:
        """Raises DiskFull if `size` more bytes would leave less than the free space required."""
        now, plenty = time.monotonic(), self._floor + _PLENTY
        looked, free = self._looked
        if now - looked < _LOOK_EVERY and free - size > plenty:
            return
        free = free_disk_bytes(self._home.images)
        self._looked = now, free
        if free - size < self._floor or free == 0:
            raise DiskFull(
                "The disk has {free:size} left; {floor:size} must stay free "
                "(download.free_gigabytes). Free some space. Downloaded photographs are kept.",
                free=free,
                floor=self._floor,
            )

    def make_room(self, catalogue: Catalogue, protect: Protect) -> bool:
        """Evict the trash, then the least recently used files.

        Continues to the low-water mark, and until the refused size fits. Call it while nothing is
        reserved. Returns False if space is needed but no file may be removed. Rows are updated
        now, files are removed after a grace period (see `clear`). Protected files stay, as do
        files that cannot be downloaded again.

        Raises:
            OtherHome: the images folder belongs to another home.
        """
        require_own_images(self._home)
        with self._lock:
            excess = max(self._used - self._low_water, self._used + self._refused - self.most)
            needed = self._used + self._refused > self.most
            self._refused = 0
        excess -= sum(item.size for item in self._condemned)
        freed = 0
        while freed < excess and (emptied := self.empty_oldest_trash()):
            freed += emptied
        for batch in _batches(self._oldest_first(protect().sha256s)):
            if freed >= excess:
                break
            chosen: list[_Condemned] = []
            for item in batch:
                if freed + sum(other.size for other in chosen) < excess:
                    chosen.append(item)
            gone = set(catalogue.mark_remote(item.sha256 for item in chosen))
            condemned = [item for item in chosen if item.sha256 in gone]
            self._condemned += condemned
            freed += sum(item.size for item in condemned)
        return freed > 0 or not needed

    def empty_oldest_trash(self) -> int:
        """Delete the oldest day of the trash; returns its bytes, 0 if the trash is empty."""
        freed = trash.empty_oldest(self._home)
        self.settle(0, -freed)
        return freed

    def clear(self, catalogue: Catalogue, at_once: bool = False) -> int:
        """Remove the files whose grace period has ended; returns their bytes."""
        until = time.monotonic() - (0 if at_once else GRACE_SECONDS)
        due = [item for item in self._condemned if item.since <= until]
        if not due:
            return 0
        # An import may have added a row for the same file in the meantime.
        gone = set(catalogue.mark_remote(item.sha256 for item in due))
        self._condemned = [item for item in self._condemned if item.since > until]
        freed = 0
        for item in due:
            if item.sha256 in gone and _is_unchanged(item):
                item.file.unlink(missing_ok=True)
                self._downloads.write("DELETE FROM fetched WHERE sha256 = ?", [item.sha256])
                freed += item.size
        self.settle(0, -freed)
        return freed

    def _oldest_first(self, protected: Collection[str]) -> list[_Condemned]:
        """Downloaded files that may be removed, least recently read or written first."""
        waiting = {item.sha256 for item in self._condemned}
        found: list[tuple[float, _Condemned]] = []
        now = time.monotonic()
        query = (
            "SELECT DISTINCT sha256, path, bytes FROM fetched "
            "WHERE path NOT IN (SELECT path FROM imported)"
        )
        for sha256, path, size in self._downloads.rows(query):
            if sha256 in protected or sha256 in waiting or path in self._waiting:
                continue
            file = self._home.resolve(path)
            try:
                about = file.stat()
            except OSError:
                continue
            if about.st_size != size:
                continue
            # Most systems update the access time once a day, which is precise enough for a cache.
            used = max(about.st_atime, about.st_mtime)
            found.append((used, _Condemned(sha256, file, size, about.st_mtime, now)))
        return [item for _, item in sorted(found, key=lambda pair: pair[0])]


def _is_unchanged(item: _Condemned) -> bool:
    """False if an import has touched the file, because it is about to add a row for it."""
    try:
        return item.file.stat().st_mtime == item.changed
    except OSError:
        return True


def _batches(items: list[_Condemned]) -> Iterator[list[_Condemned]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
