"""Curation in the SQLite catalogue: photographs move between facets, a whole facet at once."""

import dataclasses
import json
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from engine.catalogue.changes import Action, Change, Label
from engine.catalogue.facets import Facet, Facets, after_cursor, before_cursor
from engine.catalogue.sqlite_filters import SqliteFilters
from engine.catalogue.sqlite_listings import Listings
from engine.catalogue.sqlite_own import SqliteOwnValues
from engine.catalogue.store import Filter
from engine.errors import BadInput

_COLUMNS = ", ".join(("change", "made", "action", "species", "note", "images", "undone"))
# `held`: the photographs of a change by row, with their facet before the change and their facet
# now. `move`: the target facet for each such pair.
_TABLES = (
    "CREATE TEMP TABLE held (row INTEGER PRIMARY KEY, was INTEGER, now INTEGER)",
    "CREATE TEMP TABLE move (was INTEGER, now INTEGER, target INTEGER, PRIMARY KEY (was, now)) "
    "WITHOUT ROWID",
)
_HOLD_OF_CHANGE = (
    "INSERT INTO held SELECT photograph.rowid, was, facet FROM changed "
    "JOIN photograph USING (image_id) WHERE change = ?"
)
_LET_GO_OF_THE_UNMOVED = "DELETE FROM held WHERE (was, now) NOT IN (SELECT was, now FROM move)"
_KEEP_HELD = (
    "INSERT INTO changed (change, image_id, was) SELECT ?, image_id, was FROM held "
    "JOIN photograph ON photograph.rowid = held.row ORDER BY image_id"
)
_FORGET_HELD = (
    "DELETE FROM changed WHERE change = ? AND image_id IN "
    "(SELECT image_id FROM held JOIN photograph ON photograph.rowid = held.row)"
)
_MOVE_HELD = (
    "UPDATE photograph SET facet = target FROM held JOIN move USING (was, now) "
    "WHERE photograph.rowid = held.row"
)
_SPECIES = "(SELECT species FROM facet WHERE facet = photograph.facet)"
_HELD = "rowid IN (SELECT row FROM held)"
_KEEP_NAME = (
    f"UPDATE photograph SET original_name = {_SPECIES} "
    f"WHERE original_name = '' AND {_SPECIES} <> ? AND {_HELD}"
)
_DROP_NAME = (
    f"UPDATE photograph SET original_name = '' WHERE original_name = {_SPECIES} AND {_HELD}"
)


class Changes:
    """Makes, undoes and lists changes, inside the caller's transaction."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        facets: Facets,
        listings: Listings,
        filters: SqliteFilters,
    ) -> None:
        self._connection, self._filters = connection, filters
        self._facets, self._listings = facets, listings
        self.own = SqliteOwnValues(connection)

    def make(
        self, chosen: Filter | Sequence[str], action: Action, note: str, label: Label | None
    ) -> Change:
        """See `engine.catalogue.store.Catalogue.curate`."""
        species = label.species if label else ""
        number = self._begin(action, species, note)
        condition, values = self._condition(chosen)
        self._hold(
            f"INSERT INTO held SELECT rowid, facet, facet FROM photograph WHERE {condition}", values
        )
        images = self._plan(lambda was, now: after_cursor(now, action, label))
        self._connection.execute(_KEEP_HELD, [number])
        if label is not None:
            self._connection.execute(_KEEP_NAME, [species])
        self._connection.execute(_MOVE_HELD)
        return self._finish(number, images)

    def set_own(self, name: str, values: Mapping[str, str | None], note: str) -> Change:
        """See `engine.catalogue.store.Catalogue.set_own`."""
        number = self._begin("compute", name, note)
        return self._finish(number, self.own.set(number, name, values))

    def undo(self, number: int) -> Change:
        """See `engine.catalogue.store.Catalogue.undo`."""
        change = self._one(number)
        if change.action == "compute":
            self._count_undone(number, self.own.put_back(number, change.species))
            return self._one(number)
        if change.action == "join":
            self._count_undone(number, self._listings.split(number))
            return self._one(number)
        self._hold(_HOLD_OF_CHANGE, [number])
        images = self._plan(lambda was, now: before_cursor(was, now, change))
        self._connection.execute(_MOVE_HELD)
        if change.action == "relabel":
            self._connection.execute(_DROP_NAME)
        self._connection.execute(_FORGET_HELD, [number])
        self._count_undone(number, images)
        return self._one(number)

    def last(self, most: int) -> list[Change]:
        """See `engine.catalogue.store.Catalogue.changes`."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM change ORDER BY change DESC LIMIT ?", [most]
        )
        return [Change(*row) for row in rows]

    def before(self, number: int) -> list[tuple[str, Facet]]:
        """See `engine.catalogue.store.Catalogue.before_change`."""
        rows = self._connection.execute(
            "SELECT image_id, was FROM changed WHERE change = ?", [number]
        ).fetchall()
        return list(
            zip(
                (image_id for image_id, _ in rows),
                self._facets.those(was for _, was in rows),
                strict=True,
            )
        )

    def take(self, change: Change, before: Iterable[tuple[str, tuple[Any, ...]]]) -> None:
        """See `engine.catalogue.store.Catalogue.take_change`."""
        held = list(before)
        numbers = self._facets.numbers(facet for _, facet in held)
        self._connection.execute("DELETE FROM changed WHERE change = ?", [change.number])
        self._connection.execute(
            f"INSERT OR REPLACE INTO change ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
            dataclasses.astuple(change),
        )
        self._connection.executemany(
            "INSERT INTO changed (change, image_id, was) VALUES (?, ?, ?)",
            (
                (change.number, image_id, number)
                for (image_id, _), number in zip(held, numbers, strict=True)
            ),
        )

    def _begin(self, action: Action, species: str, note: str) -> int:
        """Record a change; returns its number."""
        (number,) = self._connection.execute(
            "INSERT INTO change (made, action, species, note, images) VALUES (?, ?, ?, ?, 0) "
            "RETURNING change",
            [time.time(), action, species, note],
        ).fetchone()
        return int(number)

    def _finish(self, number: int, images: int) -> Change:
        """Record the number of photographs of a change; one without any is forgotten."""
        self._connection.execute("UPDATE change SET images = ? WHERE change = ?", [images, number])
        made = self._one(number)
        if not images:
            self._connection.execute("DELETE FROM change WHERE change = ?", [number])
        return made if images else dataclasses.replace(made, number=0)

    def _count_undone(self, number: int, images: int) -> None:
        self._connection.execute(
            "UPDATE change SET undone = undone + ? WHERE change = ?", [images, number]
        )

    def _one(self, number: int) -> Change:
        row = self._connection.execute(
            f"SELECT {_COLUMNS} FROM change WHERE change = ?", [number]
        ).fetchone()
        if row is None:
            raise BadInput("Change {number} does not exist.", number=str(number))
        return Change(*row)

    def _condition(self, chosen: Filter | Sequence[str]) -> tuple[str, list[Any]]:
        if isinstance(chosen, Filter):
            found = self._filters.of(chosen)
            condition = f"facet IN (SELECT facet FROM {found.facets}) AND {found.rows}"
            return condition, [*found.values, *found.row_values]
        return "image_id IN (SELECT value FROM json_each(?))", [json.dumps(list(chosen))]

    def _hold(self, query: str, values: Sequence[Any]) -> None:
        for table in _TABLES:
            self._connection.execute(f"DROP TABLE IF EXISTS temp.{table.split()[3]}")
            self._connection.execute(table)
        self._connection.execute(query, values)

    def _plan(self, target_of: Callable[[Facet, Facet], Facet]) -> int:
        """Fill `move` with the target facets of the photographs in `held`, and update the counts.

        `target_of` takes the facet before the change and the facet now. Photographs that stay in
        their facet are removed from `held`. Returns the number of the remaining ones.
        """
        pairs = self._connection.execute(
            "SELECT was, now, COUNT(*) FROM held GROUP BY was, now"
        ).fetchall()
        targets = [
            (was, now, images, target)
            for was, now, images in pairs
            if (target := target_of(self._facets.at(was), self._facets.at(now)))
            != self._facets.at(now)
        ]
        facet_numbers = self._facets.numbers(target for *_, target in targets)
        counts: Counter[int] = Counter()
        for (_, now, images, _), facet_number in zip(targets, facet_numbers, strict=True):
            counts[now] -= images
            counts[facet_number] += images
        self._facets.count(counts)
        self._connection.executemany(
            "INSERT INTO move VALUES (?, ?, ?)",
            (
                (was, now, facet_number)
                for (was, now, *_), facet_number in zip(targets, facet_numbers, strict=True)
            ),
        )
        self._connection.execute(_LET_GO_OF_THE_UNMOVED)
        return sum(images for _, _, images, _ in targets)
