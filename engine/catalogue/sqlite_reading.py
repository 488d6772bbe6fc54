"""Reading the SQLite catalogue: counts come from the facets, pages use keyset pagination."""

import contextlib
import dataclasses
import itertools
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from operator import itemgetter
from pathlib import Path
from typing import Any

from engine.catalogue.columns import catalogue_columns
from engine.catalogue.facets import Facets, by_flag, by_tier, chunks, lines_of
from engine.catalogue.fields import KINDS
from engine.catalogue.names import search_form
from engine.catalogue.record import Photograph
from engine.catalogue.schema import migrate
from engine.catalogue.sqlite_filters import Rows, SqliteFilter, SqliteFilters
from engine.catalogue.sqlite_listings import Listings
from engine.catalogue.sqlite_rows import AMONG, ROW, made
from engine.catalogue.store import (
    EVERYTHING,
    Counts,
    Cursor,
    Field,
    Filter,
    Lines,
    Page,
    SpeciesCount,
)
from engine.catalogue.twins import Listing
from engine.database import connect, database_errors, read_note
from engine.errors import DatabaseDamaged
from engine.language.message import deferred, message

_DAMAGED = deferred(
    "The catalogue {file} is damaged ({reason}). Examine it with `doctor`. "
    "Restore a backup with `catalogue restore`."
)
# Flags are stored separated by spaces.
_FLAGS = """json(iif(flags = '', '[]', '["' || replace(flags, ' ', '","') || '"]'))"""
_BOOLEAN = "json(iif({}, 'true', 'false'))"
_APART = _BOOLEAN.format("image_id IN (SELECT image_id FROM apart)")
_LISTED = (
    # Few photographs have listings; asking first is twice as fast.
    "iif(image_id IN (SELECT photograph FROM listing), "
    "(SELECT json_group_array(json(listed)) FROM (SELECT listed FROM listing "
    "WHERE listing.photograph = photograph.image_id "
    "ORDER BY listing.image_id <> listing.photograph, listing.image_id)), NULL)"
)


def _lines_query(flat: bool, rows: str) -> str:
    """Reads the lines of `Catalogue.lines` for the photographs of some facets that pass `rows`.

    The lines of many photographs are one row, so that SQLite releases the GIL meanwhile.
    """
    values = {name: _BOOLEAN.format(name) if kind is bool else name for name, kind in KINDS.items()}
    if not flat:
        values["flags"] = _FLAGS
    values["apart"] = _APART
    values["listings"] = (
        f"COALESCE({_LISTED} || '', '')" if flat else f"json(COALESCE({_LISTED}, '[]'))"
    )
    fields = ", ".join(f"'{name}', {value}" for name, value in values.items())
    return (
        "SELECT json_group_array(facet), CAST(group_concat(line || char(10), '') AS BLOB) FROM ("
        f"SELECT facet, json_object({fields}) AS line FROM photograph JOIN facet USING (facet) "
        f"WHERE facet {AMONG} AND {rows} ORDER BY species, image_id)"
    )


class SqliteReader:
    """The reading methods of `engine.catalogue.store.Catalogue`."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with self._store_errors():
            self._connection = connect(file, migrate)
        self._facets = Facets(self._connection)
        self._listings = Listings(self._connection, self._facets)
        self._filters = SqliteFilters(self._connection, file, self.stamp)

    def get(self, image_id: str) -> Photograph | None:
        found = next(iter(self._read([image_id])), None)
        if found is None:
            with self._store_errors():
                photograph = self._listings.photograph_of(image_id)
            found = next(iter(self._read([photograph])), None) if photograph else None
        return found

    def listings(self, image_id: str) -> list[Listing]:
        with self._store_errors():
            return self._listings.of(image_id)

    def all_listings(self) -> Iterator[Listing]:
        with self._store_errors():
            return self._listings.all()

    def apart(self) -> set[str]:
        with self._store_errors():
            return self._listings.apart()

    def listed_twice(self) -> int:
        with self._store_errors():
            return self._listings.count()

    def counts(self, chosen: Filter = EVERYTHING) -> Counts:
        by_source = self.count_by("source", chosen)
        aside = self._select(dataclasses.replace(chosen, excluded=True))
        excluded = f"SELECT COALESCE(SUM(images), 0) FROM {aside.facets}"
        return Counts(
            images=sum(by_source.values()),
            species=self._many_species(chosen),
            by_source=by_source,
            by_state=self.count_by("state", chosen),
            excluded=self._rows(excluded, aside.values)[0][0],
        )

    def count_by(self, field: Field, chosen: Filter = EVERYTHING) -> dict[str, int]:
        if field == "tier":
            return by_tier(self.count_by("license", chosen))
        if chosen == EVERYTHING:
            return dict(
                self._rows(
                    "SELECT value, images FROM total WHERE field = ? AND images > 0 "
                    "ORDER BY images DESC, value",
                    [field],
                )
            )
        selected = self._select(chosen)
        column = "flags" if field == "flag" else field
        rows = self._rows(
            f"SELECT {column}, SUM(images) FROM {selected.facets} GROUP BY 1 ORDER BY 2 DESC, 1",
            selected.values,
        )
        return by_flag(rows) if field == "flag" else dict(rows)

    def count_by_own(self, name: str, chosen: Filter = EVERYTHING) -> dict[str, int]:
        with self._store_errors():
            return self._filters.count_by_own(name, chosen)

    def own_names(self) -> list[str]:
        with self._store_errors():
            return self._filters.own_names()

    def has_own(self, name: str) -> bool:
        with self._store_errors():
            return self._filters.has_own(name)

    def _many_species(self, chosen: Filter) -> int:
        if chosen == EVERYTHING:
            query = "SELECT COUNT(*) FROM total WHERE field = 'species' AND images > 0"
            rows = self._rows(query)
        else:
            selected = self._select(chosen)
            rows = self._rows(
                f"SELECT COUNT(DISTINCT species) FROM {selected.facets}", selected.values
            )
        return int(rows[0][0])

    def species(self, chosen: Filter = EVERYTHING) -> list[SpeciesCount]:
        return list(itertools.starmap(SpeciesCount, self.count_by("species", chosen).items()))

    def page(self, chosen: Filter, after: Cursor | None, limit: int) -> Page:
        # One photograph more than the page shows tells whether another page follows.
        with self._store_errors():
            keys = list(itertools.islice(self._keys(chosen, after, limit + 1), limit + 1))
        more = len(keys) > limit
        shown = keys[:limit]
        photographs = tuple(self._read([image_id for _, image_id in shown]))
        return Page(photographs, Cursor(*shown[-1]) if more else None)

    def all(self, chosen: Filter = EVERYTHING) -> Iterator[Photograph]:
        selected = self._select(chosen)
        for numbers in chunks(self._by_species(selected)):
            rows = self._rows(
                f"{ROW} WHERE facet {AMONG} AND {selected.rows}",
                [json.dumps(numbers), *selected.row_values],
            )
            yield from sorted(map(self._photograph, rows), key=_sort_key)

    def lines(
        self,
        chosen: Filter = EVERYTHING,
        leave_out: AbstractSet[str] = frozenset(),
        flat: bool = False,
    ) -> Iterator[Lines]:
        selected = self._select(chosen)
        query = _lines_query(flat, selected.rows)
        facets = (facet for facet in self._by_species(selected) if facet[0] not in leave_out)
        asked = ([json.dumps(numbers), *selected.row_values] for numbers in chunks(facets))
        for found, text in self._answers(query, asked):
            if text is not None:
                _require_text(text, self._file)
                many = Counter(json.loads(found))
                facets_read = self._facets.those(many)
                yield lines_of(text, dict(zip(facets_read, many.values(), strict=True)))

    def _answers(self, query: str, values: Iterator[list[Any]]) -> Iterator[tuple[Any, ...]]:
        """The answer to a query for each value; a second connection answers every second one."""
        with contextlib.ExitStack() as opened, self._store_errors():
            second: sqlite3.Connection | None = None
            while pair := list(itertools.islice(values, 2)):
                later: Future[tuple[Any, ...]] | None = None
                if len(pair) > 1:
                    if second is None:
                        second = opened.enter_context(
                            contextlib.closing(connect(self._file, migrate))
                        )
                        thread = opened.enter_context(ThreadPoolExecutor(1))
                    later = thread.submit(_answer, second, query, pair[1])
                yield _answer(self._connection, query, pair[0])
                if later is not None:
                    yield later.result()

    def columns(self, names: Sequence[str], chosen: Filter = EVERYTHING) -> Any:
        with self._store_errors():
            return catalogue_columns(self._connection, names, self._select(chosen))

    def stamp(self) -> tuple[int, ...]:
        # The latest changes may still be in the write-ahead log.
        files = (self._file, self._file.with_name(f"{self._file.name}-wal"))
        stats = [file.stat() for file in files if file.is_file() and file.stat().st_size]
        return tuple(number for stat in stats for number in (stat.st_mtime_ns, stat.st_size))

    def home_id(self) -> str:
        with self._store_errors():
            return read_note(self._connection, "home")

    def close(self) -> None:
        self._connection.close()

    def _read(self, image_ids: Sequence[str]) -> Iterator[Photograph]:
        rows = self._rows(f"{ROW} WHERE image_id {AMONG}", [json.dumps(image_ids)])
        found = {row[0]: row for row in rows}
        return (self._photograph(found[image_id]) for image_id in image_ids if image_id in found)

    def _photograph(self, row: tuple[Any, ...]) -> Photograph:
        return made(row + self._facets.at(row[1]))

    def _select(self, chosen: Filter, ordered: bool = False) -> SqliteFilter:
        with self._store_errors():
            return self._filters.of(chosen, ordered)

    def _by_species(self, selected: SqliteFilter) -> Rows:
        """Species, number and photographs of the facets that pass the filter."""
        return self._rows(
            f"SELECT species, facet, images FROM {selected.facets} ORDER BY species",
            selected.values,
        )

    def _keys(self, chosen: Filter, after: Cursor | None, limit: int) -> Iterator[tuple[str, str]]:
        """Species and image_id of the photographs after `after`, at most `limit` per facet."""
        selected = self._select(chosen, ordered=self._finds_much(chosen.text))
        condition, values = selected.facets, selected.values
        if after is not None:
            condition += " AND species >= ?"
            values.append(after.species)
        # Only read up to the end of the page.
        facets = self._connection.execute(
            f"SELECT species, facet FROM {condition} ORDER BY species", values
        )
        for species, group in itertools.groupby(facets, itemgetter(0)):
            start = after.image_id if after and species == after.species else ""
            ids = [
                image_id
                for _, facet in group
                for (image_id,) in self._rows(
                    "SELECT image_id FROM photograph WHERE facet = ? AND image_id > ? "
                    f"AND {selected.rows} ORDER BY image_id LIMIT ?",
                    [facet, start, *selected.row_values, limit],
                )
            ]
            yield from ((species, image_id) for image_id in sorted(ids))

    def _finds_much(self, text: str) -> bool:
        """Whether a search matches families with many photographs."""
        found = "SUM(images) FILTER (WHERE instr(search, ?))"
        rows = self._rows(
            f"SELECT {found} > SUM(images) / 8 FROM total WHERE field = 'family'",
            [search_form(text)],
        )
        return bool(search_form(text) and rows[0][0])

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._store_errors():
            return self._connection.execute(query, values).fetchall()

    def _store_errors(self) -> AbstractContextManager[None]:
        return database_errors(self._file, damaged=_DAMAGED)


def _answer(connection: sqlite3.Connection, query: str, values: list[Any]) -> tuple[Any, ...]:
    return tuple(connection.execute(query, values).fetchall()[0])


def _sort_key(photograph: Photograph) -> tuple[str, str]:
    return photograph.species, photograph.image_id


def _require_text(lines: bytes, file: Path) -> None:
    # SQLite returns the bytes of a damaged cell unchecked.
    try:
        lines.decode()
    except UnicodeDecodeError as error:
        reason = message("a record contains bytes that are not text")
        raise DatabaseDamaged(_DAMAGED, file=str(file), reason=reason) from error
