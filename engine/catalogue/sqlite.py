"""The catalogue in one SQLite file: no server, nothing to set up."""

import contextlib
import dataclasses
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.catalogue.record import Photograph, search_form
from engine.catalogue.schema import migrate
from engine.catalogue.store import (
    EVERYTHING,
    Added,
    Counts,
    Cursor,
    Filter,
    Kept,
    Page,
    SpeciesCount,
)
from engine.database import connect
from engine.errors import WorkFailed

_COLUMNS = tuple(field.name for field in dataclasses.fields(Photograph))
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM photograph"
_INSERT = (
    f"INSERT INTO photograph ({', '.join(_COLUMNS)}) "
    f"VALUES ({', '.join('?' * len(_COLUMNS))}) ON CONFLICT (image_id) DO NOTHING"
)


class SqliteCatalogue:
    """See `engine.catalogue.store.Catalogue`. Several threads may read one object in turn."""

    def __init__(self, file: Path) -> None:
        """Open, and where needed make, the catalogue.

        Raises:
            WorkFailed: the file is damaged, or belongs to a newer studio.
        """
        self._file = file
        with self._told():
            self._connection = connect(file, _prepare)

    def add(self, photographs: Iterable[Photograph]) -> Added:
        added = total = 0
        with self._told(), self._connection:
            for photograph in photographs:
                added += self._connection.execute(_INSERT, _values(photograph)).rowcount
                total += 1
        return Added(added, total - added)

    def keep(self, kept: Iterable[Kept]) -> int:
        with self._told(), self._connection:
            return self._connection.executemany(
                "UPDATE photograph SET path = ?, sha256 = ?, width = ?, height = ?, "
                "state = 'cached' WHERE image_id = ?",
                ((item.path, item.sha256, item.width, item.height, item.image_id) for item in kept),
            ).rowcount

    def let_go(self, sha256s: Iterable[str], even_without_url: bool = False) -> list[str]:
        gone = []
        with self._told(), self._connection:
            for sha256 in sha256s:
                found = self._connection.execute(
                    "SELECT COUNT(*), SUM(url = '') FROM photograph WHERE sha256 = ?", [sha256]
                ).fetchone()
                if found[0] and found[1] and not even_without_url:
                    continue
                self._connection.execute(
                    "UPDATE photograph SET state = 'remote', path = '' "
                    "WHERE sha256 = ? AND state = 'cached'",
                    [sha256],
                )
                gone.append(sha256)
        return gone

    def get(self, image_id: str) -> Photograph | None:
        rows = self._rows(f"{_SELECT} WHERE image_id = ?", [image_id])
        return next((Photograph(*row) for row in rows), None)

    def counts(self) -> Counts:
        by_source = self._tally("source")
        return Counts(
            images=sum(by_source.values()),
            species=len(self._tally("species")),
            by_source=by_source,
            by_state=self._tally("state"),
        )

    def species(self, chosen: Filter = EVERYTHING) -> list[SpeciesCount]:
        where, values = self._where(chosen)
        rows = self._rows(
            f"SELECT species, SUM(images) FROM tally {where} GROUP BY species "
            "HAVING SUM(images) > 0 ORDER BY SUM(images) DESC, species",
            values,
        )
        return [SpeciesCount(*row) for row in rows]

    def page(self, chosen: Filter, after: Cursor | None, limit: int) -> Page:
        # A page reads one photograph more than it shows, to know whether another follows.
        rows = list(self._select(chosen, after, limit + 1))
        shown = tuple(rows[:limit])
        more = len(rows) > limit
        last = Cursor(shown[-1].species, shown[-1].image_id) if more else None
        return Page(shown, last)

    def all(self, chosen: Filter = EVERYTHING) -> Iterator[Photograph]:
        return self._select(chosen, None, -1)

    def close(self) -> None:
        self._connection.close()

    def _select(self, chosen: Filter, after: Cursor | None, limit: int) -> Iterator[Photograph]:
        where, values = self._where(chosen)
        if after is not None:
            where += (" AND" if where else "WHERE") + " (species, image_id) > (?, ?)"
            values += [after.species, after.image_id]
        order = "ORDER BY species, image_id LIMIT ?"
        for row in self._rows(f"{_SELECT} {where} {order}", [*values, limit]):
            yield Photograph(*row)

    def _tally(self, column: str) -> dict[str, int]:
        rows = self._rows(
            f"SELECT {column}, SUM(images) FROM tally GROUP BY {column} "
            f"HAVING SUM(images) > 0 ORDER BY {column}"
        )
        return dict(rows)

    def _rows(self, query: str, values: Sequence[str | int] = ()) -> Iterator[tuple[Any, ...]]:
        with self._told():
            yield from self._connection.execute(query, values)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise WorkFailed(f"The catalogue {self._file} cannot be used: {error}.") from error

    def _where(self, chosen: Filter) -> tuple[str, list[str | int]]:
        parts: list[str] = []
        values: list[str | int] = []
        for column in ("species", "source", "state"):
            value = getattr(chosen, column)
            if value:
                parts.append(f"{column} = ?")
                values.append(value)
        if chosen.text:
            # The few thousand names are searched, not the many photographs.
            parts.append(
                "species IN (SELECT species FROM tally WHERE instr(search_form(species), ?))"
            )
            values.append(search_form(chosen.text))
        return ("WHERE " + " AND ".join(parts) if parts else ""), values


@contextlib.contextmanager
def open_catalogue(file: Path) -> Iterator[SqliteCatalogue]:
    """The catalogue for the length of a `with` block."""
    catalogue = SqliteCatalogue(file)
    try:
        yield catalogue
    finally:
        catalogue.close()


def _prepare(connection: sqlite3.Connection) -> None:
    # SQLite's own lower() knows ASCII only.
    connection.create_function("search_form", 1, search_form, deterministic=True)
    migrate(connection)


def _values(photograph: Photograph) -> tuple[object, ...]:
    return tuple(getattr(photograph, column) for column in _COLUMNS)
