"""Facets: each combination of the fields that photographs are counted and filtered by, stored
once with its number of photographs.

A catalogue of 741,533 photographs has about a hundred thousand facets. Counts and filters read
only the facets; photographs are read one page at a time.
"""

import itertools
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from engine.catalogue.changes import Action, Change, Label
from engine.catalogue.fields import values_of
from engine.catalogue.licences import tier_of
from engine.catalogue.names import search_form
from engine.catalogue.store import UNSTATED, Filter, Lines
from engine.errors import DatabaseDamaged


class Facet(NamedTuple):
    """One combination of the fields that the record declares as facets."""

    species: str
    genus: str
    family: str
    source: str
    license: str
    state: str
    excluded: bool = False
    flags: tuple[str, ...] = ()


COLUMNS = ", ".join(Facet._fields)
TOTALS = tuple(name for name in Facet._fields if name not in ("excluded", "flags"))
"""The facet fields that a filter compares with one value."""
_INSERT = (
    f"INSERT INTO facet (facet, {COLUMNS}, images) "
    f"VALUES (?, {', '.join('?' * len(Facet._fields))}, 0)"
)
_COUNT = (
    "UPDATE facet SET images = images + value FROM json_each(?) WHERE facet = CAST(key AS INTEGER)"
)
_ADD = (
    "INSERT INTO total VALUES (?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET images = images + excluded.images"
)
_SEARCHED = ("species", "genus", "family")
# Photographs per query when all of them are read.
_PHOTOGRAPHS_AT_ONCE = 5_000

_NAMES = "SELECT value FROM total WHERE field = '{0}' AND instr(search, ?)"
FOUND = (
    f"species IN ({_NAMES.format('species')} UNION "
    f"SELECT species FROM facet WHERE family IN ({_NAMES.format('family')}))"
)
"""The condition of a search for a text, with the text twice as its parameters."""
# The unary plus stops SQLite from using these columns' indexes, whose results it must sort.
_FOUND_IN_ORDER = (
    f"(+species IN ({_NAMES.format('species')}) OR +family IN ({_NAMES.format('family')}))"
)

facet_of = values_of(Facet._fields)
"""The values of a photograph's facet fields, in the order of `Facet`."""


class Facets:
    """Numbers facets and updates their counts, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._facets: dict[int, Facet] = {}
        self._last = 0

    def numbers(self, facets: Iterable[tuple[Any, ...]]) -> list[int]:
        """The number of each facet; writes new facets."""
        wanted = list(facets)
        found = list(map(self._numbers.get, wanted))
        if None not in found:
            return found  # type: ignore[return-value]
        self._write({facet for facet, n in zip(wanted, found, strict=True) if n is None})
        return [self._numbers[facet] for facet in wanted]

    def at(self, number: int) -> Facet:
        """The facet with this number."""
        if number not in self._facets:
            self._learn("facet = ?", number)
        self._require({number})
        return self._facets[number]

    def those(self, numbers: Iterable[int]) -> list[Facet]:
        """The facets with these numbers."""
        wanted = list(numbers)
        unknown = [number for number in wanted if number not in self._facets]
        if unknown:
            self._learn("facet IN (SELECT value FROM json_each(?))", json.dumps(unknown))
            self._require(set(unknown))
        return [self._facets[number] for number in wanted]

    def _require(self, numbers: set[int]) -> None:
        if missing := numbers - self._facets.keys():
            raise DatabaseDamaged(
                "The catalogue is damaged (facet {number} is missing). Examine it with `doctor`. "
                "Restore a backup with `catalogue restore`.",
                number=str(min(missing)),
            )

    def count(self, moves: Mapping[int, int]) -> None:
        """Change the counts: photographs added (+) or removed (-) by facet number."""
        self._connection.execute(_COUNT, [json.dumps(dict(sorted(moves.items())))])
        touched = list(zip(self.those(moves), moves.values(), strict=True))
        rows: list[tuple[str, str, str, int]] = []
        counted = [0 if facet.excluded else many for facet, many in touched]
        columns = zip(*(facet for facet, _ in touched), strict=True)
        for field, values in zip(TOTALS, columns, strict=False):
            totals: defaultdict[str, int] = defaultdict(int)
            for value, many in zip(values, counted, strict=True):
                totals[value] += many
            searched = field in _SEARCHED
            rows += [(field, v, search_form(v) if searched else "", n) for v, n in totals.items()]
        for facet, many in touched:
            if not facet.excluded:
                rows += [("flag", flag, "", many) for flag in facet.flags]
        self._connection.executemany(_ADD, rows)

    def forget(self) -> None:
        """Clear the cache. Call it after a rollback, which may have removed numbers."""
        self._numbers.clear()
        self._facets.clear()
        self._last = 0

    def _write(self, unknown: set[tuple[Any, ...]]) -> None:
        # Facets are never removed, so only higher numbers can be missing from the cache.
        self._learn("facet > ? ORDER BY facet", self._last)
        self._last = max(self._facets, default=0)
        new = [Facet._make(facet) for facet in sorted(unknown - self._numbers.keys())]
        for number, facet in enumerate(new, self._last + 1):
            self._know(number, facet)
        self._last += len(new)
        rows = ((self._numbers[facet], *_written(facet)) for facet in new)
        self._connection.executemany(_INSERT, rows)

    def _learn(self, condition: str, value: int | str) -> None:
        rows = self._connection.execute(
            f"SELECT facet, {COLUMNS} FROM facet WHERE {condition}", [value]
        )
        for number, *values, excluded, flags in rows:
            self._know(number, Facet._make([*values, bool(excluded), tuple(flags.split())]))

    def _know(self, number: int, facet: Facet) -> None:
        self._numbers[facet] = number
        self._facets[number] = facet


def _written(facet: Facet) -> tuple[Any, ...]:
    return (*facet[: len(TOTALS)], int(facet.excluded), " ".join(facet.flags))


def where(chosen: Filter, ordered: bool = False) -> tuple[str, list[Any]]:
    """The filter without its `conditions` as an SQL condition on `facet`, and its parameters.

    Set `ordered` when a text search has many matches and only the first ones by species are
    needed: the query then scans the facets in order.
    """
    parts = ["images > 0"]
    values: list[Any] = []
    for column in TOTALS:
        value = getattr(chosen, column)
        if value:
            parts.append(f"{column} = ?")
            values.append("" if value == UNSTATED else value)
    if chosen.tier:
        parts.append(
            "license IN (SELECT value FROM total WHERE field = 'license' AND tier_of(value) = ?)"
        )
        values.append(chosen.tier)
    if chosen.flag:
        parts.append("flags <> '' AND instr(' ' || flags || ' ', ?)")
        values.append(f" {chosen.flag} ")
    if chosen.excluded is not None:
        parts.append("excluded" if chosen.excluded else "NOT excluded")
    if search_form(chosen.text):
        # Searches a few thousand names instead of all photographs.
        parts.append(_FOUND_IN_ORDER if ordered else FOUND)
        values += [search_form(chosen.text)] * 2
    return " AND ".join(parts), values


def by_flag(rows: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Convert counts by flag combination to counts by flag, highest first."""
    counted: Counter[str] = Counter()
    for flags, images in rows:
        for flag in flags.split():
            counted[flag] += images
    return by_number(counted)


def by_tier(by_licence: Mapping[str, int]) -> dict[str, int]:
    """Convert counts by licence to counts by tier, highest first."""
    counted: Counter[str] = Counter()
    for licence, images in by_licence.items():
        counted[tier_of(licence)] += images
    return by_number(counted)


def by_number(counted: Mapping[str, int]) -> dict[str, int]:
    """The counts, highest first."""
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def chunks(facets: Iterable[tuple[str, int, int]]) -> Iterator[list[int]]:
    """Group facets into query-sized lists of numbers, without dividing a species."""
    numbers: list[int] = []
    size = 0
    for _, group in itertools.groupby(facets, itemgetter(0)):
        for _, number, images in group:
            numbers.append(number)
            size += images
        if size >= _PHOTOGRAPHS_AT_ONCE:
            yield numbers
            numbers, size = [], 0
    if numbers:
        yield numbers


def lines_of(text: bytes, facets: Mapping[Facet, int]) -> Lines:
    """`text` with its photographs counted by source and by state."""
    by_source: Counter[str] = Counter()
    by_state: Counter[str] = Counter()
    for facet, images in facets.items():
        by_source[facet.source] += images
        by_state[facet.state] += images
    return Lines(text, by_source, by_state)


def after_cursor(facet: Facet, action: Action, label: Label | None) -> Facet:
    """The facet after the curation action."""
    if label is not None:
        return facet._replace(**label._asdict())
    return facet._replace(excluded=action == "exclude")


def before_cursor(was: Facet, now: Facet, change: Change) -> Facet:
    """The facet `now` with the change undone; unaltered if a later change has replaced it."""
    if change.action == "relabel":
        if now.species != change.species:
            return now
        return now._replace(species=was.species, genus=was.genus, family=was.family)
    return now._replace(excluded=was.excluded)
