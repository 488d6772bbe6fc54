"""What photographs are counted and filtered by, each combination once, with its count.

A catalogue of 741,533 photographs has some hundred thousand facets: counts and filters read
those, and only a page of the photographs themselves.
"""

import itertools
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from engine.catalogue.names import search_form
from engine.catalogue.record import Photograph
from engine.catalogue.store import Filter


class Facet(NamedTuple):
    """One combination. `flags` stand with a space between them."""

    species: str
    genus: str
    family: str
    source: str
    license: str
    state: str
    excluded: int = 0
    flags: str = ""


_COLUMNS = ", ".join(Facet._fields)
_INTERN = (
    f"INSERT INTO facet ({_COLUMNS}, images) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) "
    "ON CONFLICT DO UPDATE SET images = images RETURNING facet"
)
_ADD = (
    "INSERT INTO total VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET images = images + "
    "excluded.images"
)
_SEARCHED = ("species", "genus", "family")
# Photographs that are read at once where all of them are wanted.
_PHOTOGRAPHS_AT_ONCE = 5_000
TOTALS = ("species", "genus", "family", "source", "license", "state")


def facet_of(photograph: Photograph) -> Facet:
    """The facet that a photograph belongs to."""
    one = photograph
    flags = " ".join(one.flags)
    return Facet(
        one.species, one.genus, one.family, one.source, one.license, one.state, one.excluded, flags
    )


class Facets:
    """Numbers facets and keeps their counts, within the transaction that its caller has open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._numbers: dict[Facet, int] = {}
        self._facets: dict[int, Facet] = {}

    def numbers(self, facets: Iterable[Facet]) -> dict[Facet, int]:
        """The number of each; new ones are written."""
        wanted = set(facets)
        for facet in wanted - self._numbers.keys():
            self._know(self._connection.execute(_INTERN, facet).fetchone()[0], facet)
        return {facet: self._numbers[facet] for facet in wanted}

    def at(self, number: int) -> Facet:
        """The facet of that number."""
        if number not in self._facets:
            row = self._connection.execute(
                f"SELECT {_COLUMNS} FROM facet WHERE facet = ?", [number]
            ).fetchone()
            self._know(number, Facet(*row))
        return self._facets[number]

    def count(self, moves: Mapping[int, int]) -> None:
        """Add to the counts: photographs come (+) or gone (-) by facet number."""
        self._connection.executemany(
            "UPDATE facet SET images = images + ? WHERE facet = ?",
            [(many, number) for number, many in moves.items()],
        )
        totals: Counter[tuple[str, str]] = Counter()
        for number, many in moves.items():
            facet = self.at(number)
            for field, value, kept in _parts(facet):
                totals[field, value] += many * kept
        self._connection.executemany(
            _ADD,
            [
                (field, value, search_form(value) if field in _SEARCHED else "", many)
                for (field, value), many in totals.items()
            ],
        )

    def forget(self) -> None:
        """To call after a rollback: numbers that it took back are not known any more."""
        self._numbers.clear()
        self._facets.clear()

    def _know(self, number: int, facet: Facet) -> None:
        self._numbers[facet] = number
        self._facets[number] = facet


def _parts(facet: Facet) -> Iterable[tuple[str, str, bool]]:
    kept = not facet.excluded
    yield from ((field, getattr(facet, field), kept) for field in TOTALS)
    yield from (("flag", flag, kept) for flag in facet.flags.split())
    yield "excluded", "", not kept


def where(chosen: Filter) -> tuple[str, list[Any]]:
    """The filter as a condition on `facet`, and its values."""
    parts = ["images > 0"]
    values: list[Any] = []
    for column in ("species", "genus", "family", "source", "license", "state"):
        value = getattr(chosen, column)
        if value:
            parts.append(f"{column} = ?")
            values.append(value)
    if chosen.flag:
        parts.append("flags <> '' AND instr(' ' || flags || ' ', ?)")
        values.append(f" {chosen.flag} ")
    if chosen.excluded is not None:
        parts.append("excluded" if chosen.excluded else "NOT excluded")
    if search_form(chosen.text):
        # The few thousand names are searched, not the many photographs.
        parts.append(
            "species IN (SELECT value FROM total WHERE field = 'species' AND instr(search, ?)"
            " UNION SELECT species FROM facet WHERE family IN ("
            "SELECT value FROM total WHERE field = 'family' AND instr(search, ?)))"
        )
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
