"""Own fields in the SQLite catalogue: set as a change, and put back."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping

from engine.catalogue.changes import OwnChange
from engine.catalogue.mongo_facets import batches
from engine.catalogue.own_fields import extra_with, own_text
from engine.catalogue.sqlite_rows import AMONG

_KEEP = "INSERT OR REPLACE INTO changed_own (change, image_id, was, now) VALUES (?, ?, ?, ?)"


class SqliteOwnValues:
    """Sets own fields within the transaction that the caller has open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def set(self, number: int, name: str, values: Mapping[str, str | None]) -> int:
        """Set the field and keep what it was; returns the number of photographs that changed."""
        changed = 0
        for some in batches(values):
            made = [
                (
                    extra_with(extra, name, values[image_id]),
                    OwnChange(image_id, was, values[image_id]),
                )
                for image_id, extra in self._extras(some)
                if (was := own_text(extra, name)) != values[image_id]
            ]
            self._write((extra, one.image_id) for extra, one in made)
            self.take(number, (one for _, one in made))
            changed += len(made)
        return changed

    def put_back(self, number: int, name: str) -> int:
        """Undo where the field has the value that the change set; returns the number."""
        restored = 0
        for some in batches(list(self.of(number))):
            by_id = {one.image_id: one for one in some}
            back = [
                (extra_with(extra, name, by_id[image_id].was), image_id)
                for image_id, extra in self._extras(by_id)
                if own_text(extra, name) == by_id[image_id].now
            ]
            self._write(back)
            self._connection.executemany(
                "DELETE FROM changed_own WHERE change = ? AND image_id = ?",
                ((number, image_id) for _, image_id in back),
            )
            restored += len(back)
        return restored

    def of(self, number: int) -> Iterator[OwnChange]:
        """See `engine.catalogue.store.Catalogue.own_changes`."""
        rows = self._connection.execute(
            "SELECT image_id, was, now FROM changed_own WHERE change = ?", [number]
        )
        return (OwnChange(*row) for row in rows.fetchall())

    def take(self, number: int, changes: Iterable[OwnChange]) -> None:
        """Keep what a change needs for being undone."""
        self._connection.executemany(_KEEP, ((number, *one) for one in changes))

    def forget(self, number: int) -> None:
        """Forget what was kept for a change."""
        self._connection.execute("DELETE FROM changed_own WHERE change = ?", [number])

    def _extras(self, image_ids: Iterable[str]) -> list[tuple[str, str]]:
        return self._connection.execute(
            f"SELECT image_id, extra FROM photograph WHERE image_id {AMONG}",
            [json.dumps(list(image_ids))],
        ).fetchall()

    def _write(self, extras: Iterable[tuple[str, str]]) -> None:
        self._connection.executemany("UPDATE photograph SET extra = ? WHERE image_id = ?", extras)
