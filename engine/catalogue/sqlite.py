"""The catalogue in one SQLite file, without a server."""

import contextlib
import dataclasses
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.catalogue.changes import Action, Change, Label, OwnChange
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite_changes import Changes
from engine.catalogue.sqlite_imports import Imports
from engine.catalogue.sqlite_reading import SqliteReader
from engine.catalogue.sqlite_rows import Rows
from engine.catalogue.store import Added, CachedFile, Filter
from engine.catalogue.twins import Listing
from engine.database import shorten_log, write_note


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
        self._table = Rows(self._connection, self._facets)
        self._changes = Changes(self._connection, self._facets, self._listings, self._filters)
        self._imports = Imports(self._connection)
        # If all photographs of the last batch were new, `add` assumes that the next are too.
        self._all_were_new = False

    def known(self, image_ids: Iterable[str]) -> dict[str, str]:
        # Waits for the writing thread: its final WAL checkpoint must not meet a reader.
        with self._writing, self._store_errors():
            return self._listings.known(image_ids)

    def add(
        self,
        photographs: Iterable[Photograph],
        listings: Iterable[Listing] = (),
        apart: Iterable[str] = (),
    ) -> Added:
        offered, others, left_apart = list(photographs), list(listings), list(apart)
        fresh: dict[str, Photograph] = {}
        for photograph in offered:
            fresh.setdefault(photograph.image_id, photograph)
        is_plain = not others and not left_apart
        if is_plain and self._all_were_new and self._add_unasked(list(fresh.values())):
            return Added(len(fresh), len(offered) - len(fresh))
        with self._transaction():
            known = self.known(fresh)
            for image_id in known:
                del fresh[image_id]
            joined = self._listings.add(fresh.values(), others, left_apart)
        self._all_were_new = len(fresh) == len(offered) and not joined
        listed = joined | {image_id: row for image_id, row in known.items() if row != image_id}
        return Added(len(fresh) - len(joined), len(offered) - len(fresh), listed)

    def _add_unasked(self, photographs: Sequence[Photograph]) -> bool:
        """Add photographs without asking which are known; changes nothing if one is known or is
        listed twice."""
        with contextlib.suppress(_SomeKnown), self._transaction():
            try:
                self._listings.insert(photographs)
            except sqlite3.IntegrityError as error:
                raise _SomeKnown from error
            return True
        return False

    def begin_import(self, key: str) -> str:
        with self._transaction():
            return self._imports.begin(key)

    def end_import(self, key: str, report: str) -> None:
        with self._transaction():
            self._imports.end(key, report)

    def update(self, changes: Iterable[Mapping[str, Any]]) -> int:
        made = list(changes)
        with self._transaction():
            found = self._table.change(made)
            renewed = [one["image_id"] for one in made if one.get("url") or one.get("sha256")]
            self._listings.join_twins(renewed)
            return found

    def take_listings(self, listings: Iterable[Listing], apart: Iterable[str]) -> None:
        with self._transaction():
            self._listings.take(listings, apart)

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
            self._table.change(changes)
        return gone

    def curate(
        self, chosen: Filter | Sequence[str], action: Action, note: str, label: Label | None = None
    ) -> Change:
        with self._transaction():
            return self._changes.make(chosen, action, note, label)

    def set_own(self, name: str, values: Mapping[str, str | None], note: str) -> Change:
        with self._transaction():
            return self._changes.set_own(name, values, note)

    def index_own(self, names: Sequence[str]) -> None:
        with self._transaction():
            self._filters.index_own(names)

    def own_changes(self, number: int) -> Iterator[OwnChange]:
        with self._store_errors():
            return self._changes.own.of(number)

    def take_own_changes(self, number: int, changes: Iterable[OwnChange]) -> None:
        with self._transaction():
            self._changes.own.forget(number)
            self._changes.own.take(number, changes)

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
