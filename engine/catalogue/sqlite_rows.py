"""The rows of the SQLite catalogue: reading, inserting and changing photographs by id."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.catalogue.facets import Facet, Facets, facet_of
from engine.catalogue.fields import PLAIN, checked_change, photograph_maker, values_of
from engine.catalogue.record import Photograph

AMONG = "IN (SELECT value FROM json_each(?))"
ROW = f"SELECT image_id, facet, {', '.join(PLAIN)} FROM photograph"
made = photograph_maker(("image_id", "facet", *PLAIN, *Facet._fields))
"""Makes a photograph of the values of a `ROW` and of its facet."""

_INSERT = (
    f"INSERT INTO photograph (image_id, facet, {', '.join(PLAIN)}) "
    f"VALUES ({', '.join('?' * (len(PLAIN) + 2))})"
)
_plain_values = values_of(PLAIN)


class Rows:
    """Reads and writes rows within the transaction that the caller has open."""

    def __init__(self, connection: sqlite3.Connection, facets: Facets) -> None:
        self._connection, self._facets = connection, facets

    def read(self, image_ids: Iterable[str]) -> list[Photograph]:
        """The photographs with these ids, the oldest first."""
        rows = self._connection.execute(
            f"{ROW} WHERE image_id {AMONG} ORDER BY rowid", [json.dumps(list(image_ids))]
        ).fetchall()
        facets = self._facets.those(row[1] for row in rows)
        return [made(row + facet) for row, facet in zip(rows, facets, strict=True)]

    def insert(self, photographs: Sequence[Photograph]) -> None:
        """Add photographs.

        Raises:
            sqlite3.IntegrityError: an id has a row already.
        """
        if not photographs:
            return
        numbers = self._facets.numbers(map(facet_of, photographs))
        self._connection.executemany(_INSERT, map(_row, photographs, numbers))
        self._facets.count(Counter(numbers))

    def delete(self, photographs: Sequence[Photograph]) -> None:
        """Remove photographs, given as they are."""
        if not photographs:
            return
        self._connection.execute(
            f"DELETE FROM photograph WHERE image_id {AMONG}",
            [json.dumps([photograph.image_id for photograph in photographs])],
        )
        gone: Counter[int] = Counter()
        gone.subtract(self._facets.numbers(map(facet_of, photographs)))
        self._facets.count(gone)

    def change(self, changes: Iterable[Mapping[str, Any]]) -> int:
        """Set fields: each change is an `image_id` and the fields it sets; returns how many of
        the photographs there are."""
        wanted: dict[str, dict[str, Any]] = defaultdict(dict)
        for change in changes:
            wanted[change["image_id"]] |= checked_change(change)
        facet_numbers = dict(
            self._connection.execute(
                f"SELECT image_id, facet FROM photograph WHERE image_id {AMONG}",
                [json.dumps(list(wanted))],
            )
        )
        self._set_plain({image_id: wanted[image_id] for image_id in facet_numbers})
        self._move(
            {image_id: (facet_numbers[image_id], wanted[image_id]) for image_id in facet_numbers}
        )
        return len(facet_numbers)

    def _set_plain(self, changes: Mapping[str, Mapping[str, Any]]) -> None:
        by_columns: dict[tuple[str, ...], list[list[Any]]] = defaultdict(list)
        for image_id, change in changes.items():
            columns = tuple(name for name in PLAIN if name in change)
            if columns:
                by_columns[columns].append([*(change[name] for name in columns), image_id])
        for columns, rows in by_columns.items():
            settings = ", ".join(f"{name} = ?" for name in columns)
            self._connection.executemany(
                f"UPDATE photograph SET {settings} WHERE image_id = ?", rows
            )

    def _move(self, changes: Mapping[str, tuple[int, Mapping[str, Any]]]) -> None:
        """Move photographs, each given with its current facet, to the facet of their change."""
        targets: dict[str, Facet] = {}
        for image_id, (number, change) in changes.items():
            values = {name: change[name] for name in Facet._fields if name in change}
            if values:
                targets[image_id] = self._facets.at(number)._replace(**values)
        numbers = self._facets.numbers(targets.values())
        moves = Counter(numbers)
        moves.subtract(changes[image_id][0] for image_id in targets)
        self._connection.executemany(
            "UPDATE photograph SET facet = ? WHERE image_id = ?",
            zip(numbers, targets, strict=True),
        )
        self._facets.count(moves)


def _row(photograph: Photograph, facet: int) -> tuple[object, ...]:
    return (photograph.image_id, facet, *_plain_values(photograph))
