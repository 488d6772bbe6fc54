"""Filters as SQL: conditions on facets, and on single photographs where facets do not suffice.

Own fields are in no facet. How many photographs of each facet pass the conditions on them is read
once for a state of the catalogue, and then serves every count.
"""

import dataclasses
import json
import re
import sqlite3
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from engine.catalogue.conditions import meets
from engine.catalogue.facets import COLUMNS, FOUND, TOTALS, by_number, where
from engine.catalogue.fields import NUMBERS, PLAIN
from engine.catalogue.licences import tier_of
from engine.catalogue.names import search_form
from engine.catalogue.own_fields import (
    NOT_IN_A_NAME,
    PREFIX,
    json_text,
    own_label,
    own_text,
    texts_of,
)
from engine.catalogue.store import UNSTATED, FieldCondition, Filter

Rows = list[tuple[Any, ...]]

# The facets with photographs that pass conditions on single photographs, and how many do.
_COUNTED = (
    f"(SELECT facet.facet, {', '.join(f'facet.{name}' for name in COLUMNS.split(', '))}, "
    "value AS images FROM json_each(?) JOIN facet ON facet.facet = CAST(key AS INTEGER))"
)
_FLAGS = ("flag", "flags")
_INDEX = "photograph_by_own_"
_MAKE_INDEX = "CREATE INDEX {} ON photograph ({}, facet)"
_HELD = "own_holds(extra, ?)"
_PASSES = "passes(?, ?, ?, {})"
_MOST_KEPT = 32
_kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_keeping = Lock()


class SqliteFilter(NamedTuple):
    """A filter as SQL.

    `facets` is what follows FROM, and `values` its parameters: the facets that pass, with their
    `images`. `rows` is a condition on their photographs with `row_values`; "1" if all pass.
    """

    facets: str
    values: list[Any]
    rows: str = "1"
    row_values: Sequence[Any] = ()


class SqliteFilters:
    """Makes the selections of one open catalogue."""

    def __init__(
        self, connection: sqlite3.Connection, file: Path, stamp: Callable[[], tuple[int, ...]]
    ) -> None:
        self._connection, self._file, self._stamp = connection, file, stamp

    def of(self, chosen: Filter, ordered: bool = False) -> SqliteFilter:
        """The selection of a filter; `ordered` as in `engine.catalogue.facets.where`."""
        rows, row_values = self._rows(chosen)
        if rows == "1":
            condition, values = _of_facets(chosen, ordered)
            return SqliteFilter(f"facet WHERE {condition}", values)
        condition, values = _of_facets(dataclasses.replace(chosen, text=""), ordered)
        query = f"SELECT facet, COUNT(*) FROM photograph WHERE {rows} GROUP BY 1"
        counted = json.dumps(dict(self._remembered(query, row_values)))
        return SqliteFilter(f"{_COUNTED} WHERE {condition}", [counted, *values], rows, row_values)

    def count_by_own(self, name: str, chosen: Filter) -> dict[str, int]:
        """See `engine.catalogue.store.Catalogue.count_by_own`."""
        selected = self.of(chosen)
        found = self._remembered(
            f"SELECT {_own(name)}, facet, COUNT(*) FROM photograph WHERE {selected.rows} "
            "GROUP BY 1, 2",
            selected.row_values,
        )
        facets = self._read(f"SELECT facet FROM {selected.facets}", selected.values)
        passing = {facet for (facet,) in facets}
        counted: Counter[str] = Counter()
        for value, facet, images in found:
            if facet in passing:
                counted[own_label(value)] += images
        return by_number(counted)

    def own_names(self) -> list[str]:
        """See `engine.catalogue.store.Catalogue.own_names`."""
        query = "SELECT DISTINCT key FROM photograph, json_each(extra) WHERE extra <> ''"
        return sorted(name for (name,) in self._remembered(query, []))

    def has_own(self, name: str) -> bool:
        """See `engine.catalogue.store.Catalogue.has_own`."""
        query = f"SELECT EXISTS (SELECT 1 FROM photograph WHERE {_own(name)} IS NOT NULL)"
        return bool(self._remembered(query, [])[0][0])

    def index_own(self, names: Sequence[str]) -> None:
        """See `engine.catalogue.store.Catalogue.index_own`."""
        wanted = {_INDEX + sha256(name.encode()).hexdigest()[:16]: name for name in names}
        there = self._read(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND substr(name, 1, ?) = ?",
            [len(_INDEX), _INDEX],
        )
        there_already = {index for (index,) in there}
        for index in there_already - wanted.keys():
            self._connection.execute(f"DROP INDEX {index}")
        for index, name in wanted.items():
            if index not in there_already and _has_path(name):
                self._connection.execute(_MAKE_INDEX.format(index, _own(name)))

    def _rows(self, chosen: Filter) -> tuple[str, list[Any]]:
        parts, values = [], []
        for one in chosen.conditions:
            if one.field.startswith(PREFIX) or one.field in (*PLAIN, "image_id"):
                part, more = _of_row(one)
                parts.append(part)
                values += more
        text = search_form(chosen.text)
        if text and self._has_any_own():
            named = f"facet IN (SELECT facet FROM facet WHERE {FOUND})"
            parts.append(f"({named} OR {_HELD})")
            values += [text, text, text]
        return " AND ".join(parts) or "1", values

    def _has_any_own(self) -> bool:
        query = "SELECT EXISTS (SELECT 1 FROM photograph WHERE extra <> '')"
        return bool(self._remembered(query, [])[0][0])

    def _remembered(self, query: str, values: Sequence[Any]) -> Rows:
        """The rows of a query, read once for a state of the catalogue."""
        if self._connection.in_transaction:
            return self._read(query, values)
        key = (str(self._file), self._stamp(), query, *values)
        with _keeping:
            if key in _kept:
                _kept.move_to_end(key)
                return list(_kept[key])
        found = self._read(query, values)
        with _keeping:
            _kept[key] = found
            while len(_kept) > _MOST_KEPT:
                _kept.popitem(last=False)
        return found

    def _read(self, query: str, values: Sequence[Any]) -> Rows:
        return self._connection.execute(query, values).fetchall()


def add_functions(connection: sqlite3.Connection) -> None:
    """Add the functions that the conditions use to a connection."""
    connection.create_function("search_form", 1, search_form, deterministic=True)
    connection.create_function("tier_of", 1, tier_of, deterministic=True)
    connection.create_function("own_holds", 2, _own_holds, deterministic=True)
    connection.create_function("own_text", 2, own_text, deterministic=True)
    connection.create_function("own_label", 1, own_label, deterministic=True)
    connection.create_function("passes", 4, _passes, deterministic=True)


def _of_facets(chosen: Filter, ordered: bool) -> tuple[str, list[Any]]:
    condition, values = where(chosen, ordered)
    parts = [condition]
    for one in chosen.conditions:
        field = "license" if one.field == "tier" else one.field
        if field in TOTALS:
            # Compares each value once, not each facet.
            among = _PASSES.format("tier_of(value)" if one.field == "tier" else "value")
            parts.append(
                f"{field} IN (SELECT value FROM total WHERE field = '{field}' AND {among})"
            )
            values += one
        elif field in _FLAGS:
            parts.append(_PASSES.format("flags"))
            values += one
    return " AND ".join(parts), values


def _of_row(one: FieldCondition) -> tuple[str, list[Any]]:
    """A condition on a field that is in no facet, as SQL on photographs."""
    if not one.field.startswith(PREFIX):
        stated = f"iif({one.field} = 0, '', {one.field})" if one.field in NUMBERS else one.field
        return _PASSES.format(f"CAST({stated} AS TEXT)"), list(one)
    text = _own(one.field.removeprefix(PREFIX))
    if one.operator == "~" or one.value == UNSTATED:
        return _PASSES.format(f"own_label({text})"), list(one)
    among = f"{text} IN (SELECT value FROM json_each(?))"
    values = [json.dumps(texts_of(one.value))]
    return (among if one.operator == "=" else f"NOT COALESCE({among}, 0)"), values


def _own(name: str) -> str:
    """The JSON text of an own field as SQL; NULL for a photograph without it.

    An index on this expression is used where it stands in a query with the same letters.
    """
    text = name.replace("'", "''")
    if _has_path(name):
        return f"nullif(extra, '') -> '$.\"{text}\"'"
    return f"own_text(extra, '{text}')"


def _has_path(name: str) -> bool:
    """Whether a path in SQL can name a field."""
    return json_text(name) == f'"{name}"' and "\0" not in name


def _passes(field: str, operator: str, value: str, actual: str) -> bool:
    return meets(FieldCondition(field, operator, value), actual)  # type: ignore[arg-type]


def _own_holds(extra: str, text: str) -> bool:
    """Whether a value of an own field contains a text, given in the form that searches compare."""
    if not extra:
        return False
    # Nearly every text is different, so the memory of `search_form` would not help.
    searched = extra.lower() if extra.isascii() else search_form.__wrapped__(extra)
    needle = json_text(text)[1:-1]
    return needle in searched and bool(_in_a_value(needle).search(searched))


@lru_cache(maxsize=16)
def _in_a_value(needle: str) -> re.Pattern[str]:
    return re.compile(re.escape(needle) + NOT_IN_A_NAME)
