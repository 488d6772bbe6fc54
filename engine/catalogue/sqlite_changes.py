"""Curation in the SQLite catalogue: whole facets at once move to the facets they become."""

import dataclasses
import json
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from engine.catalogue.changes import Action, Change, Label
from engine.catalogue.facets import Facet, Facets, where
from engine.catalogue.store import Filter
from engine.errors import BadInput

_COLUMNS = "change, made, action, species, note, images, undone"
_THOSE = "image_id IN (SELECT image_id FROM changed WHERE change = ?)"
# The former species becomes the original name, which no row of `photograph` itself knows.
_KEEP_NAME = (
    "UPDATE photograph SET original_name = (SELECT species FROM facet "
    f"WHERE facet = photograph.facet) WHERE original_name = '' AND {_THOSE}"
)
_DROP_NAME = (
    "UPDATE photograph SET original_name = '' WHERE original_name <> '' AND original_name = "
    f"(SELECT species FROM facet WHERE facet = photograph.facet) AND {_THOSE}"
)


class Changes:
    """Makes, undoes and lists changes, within the transaction that its caller has open."""

    def __init__(self, connection: sqlite3.Connection, facets: Facets) -> None:
        self._connection = connection
        self._facets = facets

    def make(
        self, chosen: Filter | Sequence[str], action: Action, note: str, label: Label | None
    ) -> Change:
        """See `engine.catalogue.store.Catalogue.curate`."""
        species = label.species if label else ""
        (number,) = self._connection.execute(
            "INSERT INTO change (made, action, species, note, images) VALUES (?, ?, ?, ?, 0) "
            "RETURNING change",
            [time.time(), action, species, note],
        ).fetchone()
        condition, values = _condition(chosen)
        self._connection.execute(
            "INSERT INTO changed (change, image_id, was) "
            f"SELECT ?, image_id, facet FROM photograph WHERE {condition}",
            [number, *values],
        )
        self._plan(number, lambda was, now: _after(now, action, label))
        # Undoing is for what the change has changed.
        self._connection.execute(
            "DELETE FROM changed WHERE change = ? AND was NOT IN (SELECT was FROM move)", [number]
        )
        if label is not None:
            self._connection.execute(_KEEP_NAME, [number])
        images = self._move(number)
        self._connection.execute("UPDATE change SET images = ? WHERE change = ?", [images, number])
        made = self._one(number)
        if not images:
            self._connection.execute("DELETE FROM change WHERE change = ?", [number])
        return made if images else dataclasses.replace(made, number=0)

    def undo(self, number: int) -> Change:
        """See `engine.catalogue.store.Catalogue.undo`."""
        change = self._one(number)
        self._plan(number, lambda was, now: _before(was, now, change))
        images = self._move(number)
        if change.action == "relabel":
            self._connection.execute(_DROP_NAME, [number])
        self._connection.execute(
            "DELETE FROM changed WHERE change = ? AND image_id IN (SELECT image_id FROM moved)",
            [number],
        )
        self._connection.execute(
            "UPDATE change SET undone = undone + ? WHERE change = ?", [images, number]
        )
        return self._one(number)

    def last(self, most: int) -> list[Change]:
        """See `engine.catalogue.store.Catalogue.changes`."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM change ORDER BY change DESC LIMIT ?", [most]
        )
        return [Change(*row) for row in rows]

    def _one(self, number: int) -> Change:
        row = self._connection.execute(
            f"SELECT {_COLUMNS} FROM change WHERE change = ?", [number]
        ).fetchone()
        if row is None:
            raise BadInput(f"There is no change {number} of the catalogue.")
        return Change(*row)

    def _plan(self, number: int, target_of: Callable[[Facet, Facet], Facet]) -> None:
        """Fill `move`: where the photographs of a change go from the facet they are in.

        `target_of` is asked with the facet before the change and the one now; what it leaves
        where it is does not move.
        """
        pairs = self._connection.execute(
            "SELECT was, facet, COUNT(*) FROM changed JOIN photograph USING (image_id) "
            "WHERE change = ? GROUP BY was, facet",
            [number],
        ).fetchall()
        targets = {
            (was, now, images): target
            for was, now, images in pairs
            if (target := target_of(self._facets.at(was), self._facets.at(now)))
            != self._facets.at(now)
        }
        places = self._facets.numbers(targets.values())
        self._temporary(
            "move (was INTEGER, now INTEGER, images INTEGER, target INTEGER,"
            " PRIMARY KEY (was, now))"
        )
        self._connection.executemany(
            "INSERT INTO move VALUES (?, ?, ?, ?)",
            ((*pair, place) for pair, place in zip(targets, places, strict=True)),
        )

    def _move(self, number: int) -> int:
        """Do what `move` says; returns how many photographs that moved, listed in `moved`."""
        self._temporary("moved (image_id TEXT PRIMARY KEY, target INTEGER)")
        images = self._connection.execute(
            "INSERT INTO moved SELECT image_id, target FROM changed JOIN photograph "
            "USING (image_id) JOIN move ON move.was = changed.was AND now = facet "
            "WHERE change = ?",
            [number],
        ).rowcount
        self._connection.execute(
            "UPDATE photograph SET facet = target FROM moved "
            "WHERE moved.image_id = photograph.image_id"
        )
        counts: Counter[int] = Counter()
        for now, target, many in self._connection.execute("SELECT now, target, images FROM move"):
            counts[now] -= many
            counts[target] += many
        self._facets.count(counts)
        return images

    def _temporary(self, table: str) -> None:
        name = table.partition(" ")[0]
        self._connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
        self._connection.execute(f"CREATE TEMP TABLE {table} WITHOUT ROWID")


def _condition(chosen: Filter | Sequence[str]) -> tuple[str, list[Any]]:
    if isinstance(chosen, Filter):
        condition, values = where(chosen)
        return f"facet IN (SELECT facet FROM facet WHERE {condition})", values
    return "image_id IN (SELECT value FROM json_each(?))", [json.dumps(list(chosen))]


def _after(facet: Facet, action: Action, label: Label | None) -> Facet:
    if label is not None:
        return facet._replace(**label._asdict())
    return facet._replace(excluded=action == "exclude")


def _before(was: Facet, now: Facet, change: Change) -> Facet:
    """The facet `now` without the change; unaltered where another change has been there since."""
    if change.action == "relabel":
        if now.species != change.species:
            return now
        return now._replace(species=was.species, genus=was.genus, family=was.family)
    return now._replace(excluded=was.excluded)
