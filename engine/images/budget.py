"""The memory budget for decoded photographs in one process, shared by all its threads."""

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from engine.settings.configs import image_settings
from engine.workers import sharing

_MB = 2**20
_LEAST, _MOST = 256 * _MB, 1_024 * _MB
_SHARE = 16
_CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")


class Budget:
    """A semaphore weighted in bytes, safe for any number of threads.

    Requests are granted in order, so that a large one cannot starve. A request that exceeds the
    total waits until no other is active. A thread that already holds bytes never waits for more,
    so that nested requests cannot deadlock.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self.used = 0
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()
        self._thread = threading.local()

    @contextmanager
    def hold(self, size: int) -> Iterator[None]:
        """Hold `size` bytes in a `with` block."""
        depth = getattr(self._thread, "depth", 0)
        with self._changed:
            if not depth and (self._waiting or not self._fits(size)):
                self._wait(size)
            self.used += size
        self._thread.depth = depth + 1
        try:
            yield
        finally:
            self._thread.depth = depth
            with self._changed:
                self.used -= size
                self._changed.notify_all()

    def _wait(self, size: int) -> None:
        turn = object()
        self._waiting.append(turn)
        try:
            self._changed.wait_for(lambda: self._waiting[0] is turn and self._fits(size))
        finally:
            self._waiting.remove(turn)
            # The next request in the queue may fit as well.
            self._changed.notify_all()

    def _fits(self, size: int) -> bool:
        return not self.used or self.used + size <= self.total


_lock = threading.Lock()
_budget: Budget | None = None


def budget() -> Budget:
    """The budget of this process."""
    global _budget
    if _budget is None:
        with _lock:
            _budget = _budget or Budget(_total() // sharing())
    return _budget


def share_among(processes: int) -> None:
    """Set this process's budget to its share when `processes` decode at the same time."""
    global _budget
    _budget = Budget(_total() // max(1, processes))


def default_total(memory: int) -> int:
    """The default budget in bytes for a machine with `memory` bytes."""
    return min(max(memory // _SHARE, _LEAST), _MOST)


def _total() -> int:
    return image_settings().decode_megabytes * _MB or default_total(_memory())


def _memory() -> int:
    """The memory in bytes of the machine or of the container."""
    machine = int(psutil.virtual_memory().total)
    try:
        return min(machine, int(_CONTAINER_LIMIT.read_text()))
    except (OSError, ValueError):
        return machine


def _renew() -> None:
    # A thread that held the lock does not exist after a fork, so it cannot release it.
    global _budget, _lock
    total = _budget.total if _budget else 0
    _lock = threading.Lock()
    _budget = Budget(total) if total else None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
