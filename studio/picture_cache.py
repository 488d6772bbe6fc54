"""Caches for the images on pages: limited in bytes, and cleared when idle."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np
import streamlit as st

from studio.memory import give_back

MOST_BYTES = 256 * 2**20
LARGE_MAPS_BYTES = 64 * 2**20
IDLE_SECONDS = 60.0
# The overhead of an entry.
_OVERHEAD = 200

T = TypeVar("T")


@dataclass
class _Entry:
    value: Any
    size: int
    used: float


class PictureCache:
    """A least-recently-used cache of images: arrays, encoded bytes, or tuples of them and numbers.

    Arrays are returned without a copy and are read-only; Streamlit's own cache unpickles its values
    on every use. Entries not used for `idle_seconds` are dropped.
    """

    def __init__(self, most_bytes: int = MOST_BYTES, idle_seconds: float = IDLE_SECONDS) -> None:
        self._most, self._idle = most_bytes, idle_seconds
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self.bytes = 0

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The cached value of the key, created if missing; created twice if two threads ask at
        once.

        A value that exceeds the limit by itself is returned and not cached.
        """
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
                entry.used = time.monotonic()
                return cast(T, entry.value)
        made = make()
        self._put(key, made)
        return made

    def clear(self) -> None:
        """Drop all entries."""
        with self._lock:
            self._entries.clear()
            self.bytes = 0

    def _put(self, key: Hashable, value: object) -> None:
        size = _size(value) + _OVERHEAD
        if size > self._most:
            return
        with self._lock:
            if key in self._entries:
                return
            self._entries[key] = _Entry(value, size, time.monotonic())
            self.bytes += size
            while self.bytes > self._most:
                self._drop_oldest()
            if self._timer is None:
                self._wake_after(self._idle)

    def _drop_oldest(self) -> None:
        _, entry = self._entries.popitem(last=False)
        self.bytes -= entry.size

    def _wake_after(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._drop_idle)
        self._timer.daemon = True
        self._timer.start()

    def _drop_idle(self) -> None:
        with self._lock:
            self._timer = None
            since = time.monotonic() - self._idle
            before = self.bytes
            while self._entries and next(iter(self._entries.values())).used <= since:
                self._drop_oldest()
            if self._entries:
                oldest = next(iter(self._entries.values())).used
                self._wake_after(max(0.0, oldest - since))
            dropped = before - self.bytes
        if dropped:
            give_back()


@st.cache_resource(show_spinner=False)
def pictures() -> PictureCache:
    """The cache shared by all pages and sessions of this server."""
    return PictureCache()


@st.cache_resource(show_spinner=False)
def large_maps() -> PictureCache:
    """A small cache for maps at the size of the photograph, which would evict everything else."""
    return PictureCache(LARGE_MAPS_BYTES)


def _size(value: object) -> int:
    """The size of an image in bytes; arrays are made read-only."""
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
        return int(value.nbytes)
    if isinstance(value, tuple):
        return sum(map(_size, value))
    return len(value) if isinstance(value, bytes) else 0
