"""The write lock of the MongoDB catalogue, and the recount after a writer that died.

A standalone MongoDB server has no transactions. A writer locks the document `writer` and unlocks
it with a new version when everything is written. A lock held by a process that no longer exists
means an interrupted write: photographs may have been added or moved without being counted. The
next writer therefore recounts them. What was written stays.
"""

import contextlib
import os
import platform
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import psutil

from engine.errors import WorkFailed

if TYPE_CHECKING:
    from pymongo.database import Database

_PATIENCE = 30.0
# Seconds that the lock of another machine is respected, whose processes cannot be checked.
_BELIEVED = 600.0
_FREE: dict[str, Any] = {"_id": "writer", "version": 0, "owner": None}
_ours: set[str] = set()


class Writer:
    """The write lock of the database, shared with the writers of this and other processes."""

    def __init__(
        self,
        database: "Database[dict[str, Any]]",
        refresh: Callable[[int], None],
        recount: Callable[[int], None],
    ) -> None:
        """`refresh` reads the counts of a version; `recount` recounts for a new version."""
        self._state = database.state
        self._refresh, self._recount = refresh, recount
        self._lock = threading.Lock()

    def version(self) -> int:
        """The version, which every write changes; recounts first after an interrupted write."""
        state = self._state.find_one({"_id": "writer"}) or _FREE
        if state["owner"] is not None and _is_gone(state["owner"]):
            with self.turn():
                pass
            return self.version()
        return int(state["version"])

    @contextlib.contextmanager
    def turn(self) -> Iterator[int]:
        """Hold the write lock in a `with` block; yields the version to write.

        Raises:
            WorkFailed: another writer has held the lock for half a minute.
        """
        from pymongo.errors import ConnectionFailure

        owner = _new_owner()
        with self._lock:
            _ours.add(owner["token"])
            try:
                before = self._take(owner)
                version = int(before["version"]) + 1
                self._refresh(version - 1)
                if before["owner"] is not None:
                    self._recount(version)
                try:
                    yield version
                except ConnectionFailure:
                    # The lock stays taken, so the next writer recounts.
                    raise
                except BaseException:
                    self._recount(version)
                    self._give_back(owner, version)
                    raise
                self._give_back(owner, version)
            finally:
                _ours.discard(owner["token"])

    def _give_back(self, owner: dict[str, Any], version: int) -> None:
        mine = {"_id": "writer", "owner.token": owner["token"]}
        self._state.update_one(mine, {"$set": {"owner": None, "version": version}})

    def _take(self, owner: dict[str, Any]) -> dict[str, Any]:
        """Take the lock; returns the document as it was, with the owner of an interrupted write."""
        from pymongo.errors import DuplicateKeyError

        until = time.monotonic() + _PATIENCE
        while True:
            there = self._state.find_one({"_id": "writer"})
            if there is None:
                with contextlib.suppress(DuplicateKeyError):
                    self._state.insert_one(dict(_FREE))
            elif there["owner"] is None or _is_gone(there["owner"]):
                taken = self._state.update_one(there, {"$set": {"owner": owner}})
                if taken.modified_count:
                    return there
            elif time.monotonic() > until:
                raise WorkFailed(
                    "Another process has been writing to the catalogue for 30 seconds. Try again "
                    "later."
                )
            time.sleep(0.01)


def _new_owner() -> dict[str, Any]:
    process = psutil.Process()
    return {
        "token": uuid.uuid4().hex,
        "host": platform.node(),
        "pid": os.getpid(),
        "started": process.create_time(),
        "since": time.time(),
    }


def _is_gone(owner: dict[str, Any]) -> bool:
    """Whether the owner of the lock has died without unlocking it."""
    if owner["host"] != platform.node():
        return bool(time.time() - owner["since"] > _BELIEVED)
    if owner["pid"] == os.getpid() and abs(psutil.Process().create_time() - owner["started"]) < 1:
        return owner["token"] not in _ours
    try:
        return bool(abs(psutil.Process(owner["pid"]).create_time() - owner["started"]) >= 1)
    except psutil.NoSuchProcess:
        return True
