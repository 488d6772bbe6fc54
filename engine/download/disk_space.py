"""Keeping space free for new photographs, in the cache and on the disk."""

import math
import time

from engine.catalogue.store import Catalogue
from engine.download.cache import Cache, Protect
from engine.download.outcome import DiskFull
from engine.errors import WorkFailed
from engine.language.message import Message, message
from engine.settings.download import DownloadSettings

_LOOK_AGAIN = 5.0


class DiskSpaceWatch:
    """Frees space during one download. `note` says why no photograph fits now, or is None."""

    def __init__(
        self, settings: DownloadSettings, cache: Cache, catalogue: Catalogue, protect: Protect
    ) -> None:
        self._settings, self._cache = settings, cache
        self._catalogue, self._protect = catalogue, protect
        self._full: Message | None = None
        self._look_again = 0.0
        self._emptied_at = -math.inf

    @property
    def note(self) -> Message | None:
        if self._full or not (self._cache.is_clearing or self._cache.wants_room):
            return self._full
        return message("Making room in the cache.")

    @property
    def waits_for_disk(self) -> bool:
        return self._full is not None

    def tend(self, flying: int) -> None:
        """Free space if needed; `flying` is the number of requests in flight.

        Raises:
            WorkFailed: there is no space, and none can be freed.
        """
        self._cache.clear(self._catalogue)
        if time.monotonic() >= self._look_again:
            try:
                self._cache.require_disk()
                self._full = None
            except DiskFull as error:
                self.ran_out(error)
        if self._cache.wants_room and not self._cache.is_clearing and not flying:
            self._make_room()

    def ran_out(self, error: DiskFull) -> None:
        """Handle a full disk.

        Raises:
            DiskFull: the trash is empty, and the settings do not say to wait for space.
        """
        if error.at < self._emptied_at:
            # The request was sent before the trash was emptied; it is repeated.
            return
        if self._cache.empty_oldest_trash():
            self._emptied_at = time.monotonic()
            return
        if not self._settings.wait_for_room:
            raise error
        self._full = message(
            "{problem} The download waits until there is space.", problem=error.message
        )
        self._look_again = time.monotonic() + _LOOK_AGAIN

    def end(self) -> None:
        """Remove the files that wait for removal."""
        self._cache.clear(self._catalogue, at_once=True)

    def _make_room(self) -> None:
        if not self._cache.make_room(self._catalogue, self._protect):
            raise WorkFailed(
                "The cache ({most:size}) is full. Its photographs must stay: they are pinned, in "
                "use by a run, or have no address. Raise download.cache_gigabytes or unpin a "
                "split, then start again.",
                most=self._settings.cache_gigabytes * 1e9,
            )
