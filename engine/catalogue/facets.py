"""What photographs are counted and filtered by, each combination once, with its count.

A catalogue of 741,533 photographs has some hundred thousand facets: counts and filters read
those, and only a page of the photographs themselves.
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
from engine.catalogue.names import search_form
from engine.catalogue.store import UNSTATED, Filter, Lines
from engine.errors import DatabaseDamaged


class Facet(NamedTuple):
    """One combination: the fields that the record declares as facets."""

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
"""What a filter names one value of."""
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
# Photographs that are read at once where all of them are wanted.
_PHOTOGRAPHS_AT_ONCE = 5_000

_NAMES = "SELECT value FROM total WHERE field = '{0}' AND instr(search, ?)"
_FOUND = (
    f"species IN ({_NAMES.format('species')} UNION "
    f"SELECT species FROM facet WHERE family IN ({_NAMES.format('family')}))"
)
# The plus keeps SQLite from an index of what is found, which would have to be put in order.
_FOUND_IN_ORDER = (
    f"(+species IN ({_NAMES.format('species')}) OR +family IN ({_NAMES.format('family')}))"
)

facet_of = values_of(Facet._fields)
"""What a photograph is counted and filtered by, in the order of `Facet`."""


class Facets:
    """Numbers facets and keeps their counts, within the transaction that its caller has open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._facets: dict[int, Facet] = {}
        self._last = 0

    def numbers(self, facets: Iterable[tuple[Any, ...]]) -> list[int]:
        """The number of each; new ones are written."""
        wanted = list(facets)
        found = list(map(self._numbers.get, wanted))
        if None not in found:
            return found  # type: ignore[return-value]
        self._write({facet for facet, n in zip(wanted, found, strict=True) if n is None})
        return [self._numbers[facet] for facet in wanted]

    def at(self, number: int) -> Facet:
        """The facet of that number."""
        if number not in self._facets:
            self._learn("facet = ?", number)
        self._require({number})
        return self._facets[number]

    def those(self, numbers: Iterable[int]) -> list[Facet]:
        """The facets of many numbers."""
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
        """Add to the counts: photographs come (+) or gone (-) by facet number."""
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
        """To call after a rollback: numbers that it took back are not known any more."""
        self._numbers.clear()
        self._facets.clear()
        self._last = 0

    def _write(self, unknown: set[tuple[Any, ...]]) -> None:
        # A facet is never removed, so only later numbers can be unknown here.
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
    """The filter as a condition on `facet`, and its values.

    `ordered` is for a search that finds much, of which the first few are wanted by species: it
    is looked for among the facets in their order.
    """
    parts = ["images > 0"]
    values: list[Any] = []
    for column in TOTALS:
        value = getattr(chosen, column)
        if value:
            parts.append(f"{column} = ?")
            values.append("" if value == UNSTATED else value)
    if chosen.flag:
        parts.append("flags <> '' AND instr(' ' || flags || ' ', ?)")
        values.append(f" {chosen.flag} ")
    if chosen.excluded is not None:
        parts.append("excluded" if chosen.excluded else "NOT excluded")
    if search_form(chosen.text):
        # The few thousand names are searched, not the many photographs.
        parts.append(_FOUND_IN_ORDER if ordered else _FOUND)
        values += [search_form(chosen.text)] * 2
    return " AND ".join(parts), values


def by_flag(rows: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Counts by combinations of flags as counts by flag, most first."""
    counted: Counter[str] = Counter()
    for flags, images in rows:
        for flag in flags.split():
            counted[flag] += images
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def chunks(facets: Iterable[tuple[str, int, int]]) -> Iterator[list[int]]:
    """Facets by species, so many that their photographs are worth a query, no species parted."""
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
    """Lines of so many photographs of these facets."""
    by_source: Counter[str] = Counter()
    by_state: Counter[str] = Counter()
    for facet, images in facets.items():
        by_source[facet.source] += images
        by_state[facet.state] += images
    return Lines(text, by_source, by_state)


def after_cursor(facet: Facet, action: Action, label: Label | None) -> Facet:
    """What curation makes of a facet."""
    if label is not None:
        return facet._replace(**label._asdict())
    return facet._replace(excluded=action == "exclude")


def before_cursor(was: Facet, now: Facet, change: Change) -> Facet:
    """The facet `now` without the change; unaltered where another change has been there since."""
    if change.action == "relabel":
        if now.species != change.species:
            return now
        return now._replace(species=was.species, genus=was.genus, family=was.family)
    return now._replace(excluded=was.excluded)
