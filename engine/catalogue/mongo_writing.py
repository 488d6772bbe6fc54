"""One writer at a time in the MongoDB catalogue, and its counts set right after one that died.

A single MongoDB has no transactions. Whoever writes first takes the one document `writer`, and
gives it back with a new version when all is written. One that is found taken by a process that
is no more was left in the middle: photographs may have come or moved that were not counted, so
they are counted anew. What has been written stays.
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
# Of another machine nobody here can tell whether the process still lives.
_BELIEVED = 600.0
_FREE: dict[str, Any] = {"_id": "writer", "version": 0, "owner": None}
_ours: set[str] = set()


class Writer:
    """Takes turns with the other writers of the database, in this process and in others."""

    def __init__(
        self,
        database: "Database[dict[str, Any]]",
        refresh: Callable[[int], None],
        recount: Callable[[int], None],
    ) -> None:
        """`refresh` reads the counts of a version, `recount` counts anew for one to come."""
        self._state = database.state
        self._refresh, self._recount = refresh, recount
        self._lock = threading.Lock()

    def version(self) -> int:
        """Changes with every write; after one that was cut off, counts are set right first."""
        state = self._state.find_one({"_id": "writer"}) or _FREE
        if state["owner"] is not None and _is_gone(state["owner"]):
            with self.turn():
                pass
            return self.version()
        return int(state["version"])

    @contextlib.contextmanager
    def turn(self) -> Iterator[int]:
        """The turn to write, for the length of a `with` block; gives the version to write for.

        Raises:
            WorkFailed: another has been writing for half a minute.
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
                    # It stays taken, and whoever is next counts.
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
        """Take the document; returns it as it was: with an owner where that one left it so."""
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
    """Whether who took the turn will never give it back."""
    if owner["host"] != platform.node():
        return bool(time.time() - owner["since"] > _BELIEVED)
    if owner["pid"] == os.getpid() and abs(psutil.Process().create_time() - owner["started"]) < 1:
        return owner["token"] not in _ours
    try:
        return bool(abs(psutil.Process(owner["pid"]).create_time() - owner["started"]) >= 1)
    except psutil.NoSuchProcess:
        return True
