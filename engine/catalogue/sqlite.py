"""The catalogue in one SQLite file, without a server."""

import contextlib
import dataclasses
import json
import sqlite3
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.catalogue.changes import Action, Change, Label
from engine.catalogue.facets import Facet, facet_of
from engine.catalogue.fields import PLAIN, checked_change, values_of
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite_changes import Changes
from engine.catalogue.sqlite_reading import AMONG, SqliteReader
from engine.catalogue.store import Added, CachedFile, Filter
from engine.database import shorten_log, write_note

_plain_values = values_of(PLAIN)
_INSERT = (
    f"INSERT INTO photograph (image_id, facet, {', '.join(PLAIN)}) "
    f"VALUES ({', '.join('?' * (len(PLAIN) + 2))})"
)
# Each id is looked up by itself; with IN, SQLite would first build and sort a list. The result is
# one row, so that SQLite releases the GIL for the whole query.
_KNOWN = (
    "SELECT json_group_array(image_id) "
    "FROM json_each(?) CROSS JOIN photograph ON photograph.image_id = value"
)


class _SomeKnown(Exception):
    """A photograph that was assumed to be new is in the catalogue already."""


class SqliteCatalogue(SqliteReader):
    """See `engine.catalogue.store.Catalogue`. Several threads may read one object in turn."""

    def __init__(self, file: Path) -> None:
        """Open the catalogue, creating it if needed.

        Raises:
            WorkFailed: the file is damaged, or belongs to a newer studio.
        """
        super().__init__(file)
        self._writing = threading.RLock()
        self._changes = Changes(self._connection, self._facets)
        # If all photographs of the last batch were new, `add` assumes that the next are too.
        self._all_were_new = False

    def known(self, image_ids: Iterable[str]) -> set[str]:
        # Waits for the writing thread: its final WAL checkpoint must not meet a reader.
        with self._writing, self._store_errors():
            found = self._connection.execute(_KNOWN, [json.dumps(list(image_ids))]).fetchall()
        return set(json.loads(found[0][0]))

    def add(self, photographs: Iterable[Photograph]) -> Added:
        offered = list(photographs)
        fresh: dict[str, Photograph] = {}
        for photograph in offered:
            fresh.setdefault(photograph.image_id, photograph)
        if not (self._all_were_new and self._add_unasked(fresh)):
            with self._transaction():
                for image_id in self.known(fresh):
                    del fresh[image_id]
                self._insert(fresh)
        self._all_were_new = len(fresh) == len(offered)
        return Added(len(fresh), len(offered) - len(fresh))

    def _add_unasked(self, photographs: Mapping[str, Photograph]) -> bool:
        """Add photographs without asking which are known; changes nothing if one is known."""
        with contextlib.suppress(_SomeKnown), self._transaction():
            try:
                self._insert(photographs)
            except sqlite3.IntegrityError as error:
                raise _SomeKnown from error
            return True
        return False

    def _insert(self, photographs: Mapping[str, Photograph]) -> None:
        facet_numbers = self._facets.numbers(map(facet_of, photographs.values()))
        self._connection.executemany(_INSERT, map(_row, photographs.values(), facet_numbers))
        self._facets.count(Counter(facet_numbers))

    def update(self, changes: Iterable[Mapping[str, Any]]) -> int:
        with self._transaction():
            return self._change(changes)

    def keep(self, kept: Iterable[CachedFile]) -> int:
        return self.update(dataclasses.asdict(item) | {"state": "cached"} for item in kept)

    def let_go(self, sha256s: Iterable[str], even_without_url: bool = False) -> list[str]:
        gone: list[str] = []
        changes: list[dict[str, Any]] = []
        with self._transaction():
            for sha256 in sha256s:
                found = self._connection.execute(
                    "SELECT image_id, url FROM photograph WHERE sha256 = ? AND sha256 <> ''",
                    [sha256],
                ).fetchall()
                if even_without_url or all(url for _, url in found):
                    changes += [
                        {"image_id": image_id, "state": "remote", "path": ""}
                        for image_id, _ in found
                    ]
                    gone.append(sha256)
            self._change(changes)
        return gone

    def curate(
        self, chosen: Filter | Sequence[str], action: Action, note: str, label: Label | None = None
    ) -> Change:
        with self._transaction():
            return self._changes.make(chosen, action, note, label)

    def undo(self, number: int) -> Change:
        with self._transaction():
            return self._changes.undo(number)

    def changes(self, most: int = 100) -> list[Change]:
        with self._store_errors():
            return self._changes.last(most)

    def before_change(self, number: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
        with self._store_errors():
            return iter(self._changes.before(number))

    def take_change(self, change: Change, before: Iterable[tuple[str, tuple[Any, ...]]]) -> None:
        with self._transaction():
            self._changes.take(change, before)

    def mark_home(self, home_id: str) -> None:
        with self._transaction():
            write_note(self._connection, "home", home_id)

    def _change(self, changes: Iterable[Mapping[str, Any]]) -> int:
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

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._writing, self._store_errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.commit()
            except BaseException:
                self._connection.rollback()
                self._facets.forget()
                raise
            shorten_log(self._connection, self._file)


def _row(photograph: Photograph, facet: int) -> tuple[object, ...]:
    return (photograph.image_id, facet, *_plain_values(photograph))
