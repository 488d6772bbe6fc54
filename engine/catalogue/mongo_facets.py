"""The facets of the MongoDB catalogue in memory, so that counts and filters need no query.

A facet's document never changes, so only new ones are read. The counts are stored separately,
a thousand facets per document, each with the version of the catalogue that wrote it.
"""

import itertools
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.catalogue.collector import uncollected
from engine.catalogue.conditions import meets
from engine.catalogue.facets import TOTALS, Facet, by_flag, by_number, by_tier
from engine.catalogue.licences import tier_of
from engine.catalogue.names import search_form
from engine.catalogue.store import UNSTATED, Field, FieldCondition, Filter

if TYPE_CHECKING:
    from pymongo.database import Database

_Item = TypeVar("_Item")
_AT_ONCE = 10_000
_READ_AT_ONCE = 100_000
_TALLIED = 1_000
_FLAGS = Facet._fields.index("flags")
_EXCLUDED = Facet._fields.index("excluded")
_values_of: Callable[[Mapping[str, Any]], tuple[Any, ...]] = itemgetter(*Facet._fields)


class Group(NamedTuple):
    """The facets of a species, by number, and their number of photographs."""

    species: str
    numbers: list[int]
    images: int


class Column:
    """One field of all facets, dictionary-encoded: the distinct values, and a code per facet."""

    def __init__(self) -> None:
        self.positions: defaultdict[Any, int] = defaultdict()
        self.positions.default_factory = self.positions.__len__
        self.codes: list[int] = []

    def extend(self, values: Iterable[Any]) -> None:
        self.codes += map(self.positions.__getitem__, values)


class MongoFacets:
    """All facets, indexed by number. The data is that of the last `refresh`."""

    def __init__(self, database: "Database[dict[str, Any]]") -> None:
        self._facets, self._counts = database.facets, database.counts
        self._lock = threading.Lock()
        self._version = -1
        self._numbers: dict[Facet, int] = {}
        self._known: list[Facet] = []
        self._columns = [Column() for _ in Facet._fields]
        self._images = np.zeros(0, np.int64)
        self._arrays: list[NDArray[np.int64]] = []
        self._order = np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self._known)

    @property
    def version(self) -> int:
        """The catalogue version of the last refresh."""
        return self._version

    def refresh(self, version: int) -> None:
        """Read what was added since the last call, at least up to this catalogue version."""
        with self._lock:
            if version == self._version:
                return
            with uncollected():
                self._learn()
            images = self._images.copy()
            for count_by in self._counts.find({"version": {"$gt": self._version}}):
                start = count_by["_id"] * _TALLIED
                counted = count_by["images"][: max(0, len(images) - start)]
                images[start : start + len(counted)] = counted
            self._images, self._version = images, version

    def numbers(self, facets: Iterable[tuple[Any, ...]]) -> list[int]:
        """The number of each facet; writes new facets. The caller holds the write lock."""
        wanted = [Facet._make(facet) for facet in facets]
        self._number()
        fresh = sorted(set(wanted) - self._numbers.keys())
        if fresh:
            first = len(self._known)
            self._facets.insert_many(
                _document(number, facet) for number, facet in enumerate(fresh, first)
            )
            with self._lock:
                self._know(fresh)
            self._number()
        return [self._numbers[facet] for facet in wanted]

    def count(self, moves: Mapping[int, int], version: int) -> None:
        """Change the counts: photographs added (+) or removed (-) by facet number.

        The caller holds the write lock.
        """
        images = self._images.copy()
        for number, many in moves.items():
            images[number] += many
        self._write(images, {number // _TALLIED for number in moves}, version)

    def recount(self, counted: Mapping[int, int], version: int) -> None:
        """Set every count. The caller holds the write lock."""
        with self._lock:
            self._learn()
        images = np.zeros(len(self._known), np.int64)
        for number, many in counted.items():
            images[number] = many
        self._write(images, set(range(-(-len(images) // _TALLIED))), version)

    def at(self, number: int) -> Facet:
        """The facet with this number."""
        if number >= len(self._known):
            with self._lock:
                self._learn()
        return self._known[number]

    def count_by(
        self, field: Field, chosen: Filter, images: Mapping[int, int] | None = None
    ) -> dict[str, int]:
        """See `engine.catalogue.store.Catalogue.count_by`.

        `images` are the photographs by facet that pass conditions on single photographs.
        """
        if field == "tier":
            return by_tier(self.count_by("license", chosen, images))
        with self._lock:
            position = _FLAGS if field == "flag" else Facet._fields.index(field)
            many = self._many(images)
            passing = self._passing(chosen, many)
            values = list(self._columns[position].positions)
            codes, counts = self._arrays[position][passing], many[passing]
        sums = np.bincount(codes, counts, len(values)).astype(int).tolist()
        counted = {value: total for value, total in zip(values, sums, strict=True) if total}
        if field == "flag":
            return by_flag((" ".join(flags), total) for flags, total in counted.items())
        return by_number(counted)

    def groups(
        self, chosen: Filter, start: str = "", images: Mapping[int, int] | None = None
    ) -> Iterator[Group]:
        """The facets that pass the filter, grouped by species, from the species `start` on."""
        with self._lock:
            many = self._many(images)
            passing = self._passing(chosen, many)
            order = self._order[passing[self._order]]
            species = list(self._columns[0].positions)
            codes, counts = self._arrays[0][order], many[order]
        edges = np.flatnonzero(np.diff(codes, prepend=-1, append=-1))
        for begin, end in itertools.pairwise(edges):
            name = species[codes[begin]]
            if name >= start:
                yield Group(name, order[begin:end].tolist(), int(counts[begin:end].sum()))

    def passing(self, chosen: Filter, images: Mapping[int, int] | None = None) -> list[int]:
        """The numbers of the facets that pass the filter."""
        with self._lock:
            return list(map(int, np.flatnonzero(self._passing(chosen, self._many(images)))))

    def _many(self, images: Mapping[int, int] | None) -> NDArray[np.int64]:
        """The photographs by facet: all, or these."""
        if images is None:
            return self._images
        many = np.zeros_like(self._images)
        # A facet that was added since is not counted yet.
        there = [number for number in images if number < len(many)]
        many[there] = [images[number] for number in there]
        return many

    def _passing(self, chosen: Filter, many: NDArray[np.int64]) -> NDArray[np.bool_]:
        passing = many > 0
        if chosen.excluded is not None:
            passing = passing & self._among(_EXCLUDED, {chosen.excluded})
        for position, name in enumerate(Facet._fields[:_EXCLUDED]):
            if value := getattr(chosen, name):
                passing = passing & self._among(position, {"" if value == UNSTATED else value})
        if chosen.flag:
            flagged = {flags for flags in self._columns[_FLAGS].positions if chosen.flag in flags}
            passing = passing & self._among(_FLAGS, flagged)
        if chosen.tier:
            passing = passing & self._by_value(FieldCondition("tier", "=", chosen.tier))
        for one in chosen.conditions:
            if one.field in (*TOTALS, "tier", "flag", "flags"):
                passing = passing & self._by_value(one)
        if text := search_form(chosen.text):
            found = np.zeros(len(passing), np.bool_)
            for position in (Facet._fields.index("species"), Facet._fields.index("family")):
                names = {
                    name for name in self._columns[position].positions if text in search_form(name)
                }
                found |= self._among(position, names)
            passing = passing & found
        return passing

    def _by_value(self, one: FieldCondition) -> NDArray[np.bool_]:
        """Which facets pass a condition on one of their fields."""
        tier, flag = one.field == "tier", one.field in ("flag", "flags")
        position = Facet._fields.index("license" if tier else "flags" if flag else one.field)
        values = self._columns[position].positions
        found = {
            value
            for value in values
            if meets(one, tier_of(value) if tier else " ".join(value) if flag else value)
        }
        return self._among(position, found)

    def _among(self, position: int, values: set[Any]) -> NDArray[np.bool_]:
        positions = self._columns[position].positions
        wanted = np.zeros(len(positions) + 1, np.bool_)
        wanted[[positions[value] for value in values if value in positions]] = True
        found: NDArray[np.bool_] = wanted[self._arrays[position]]
        return found

    def _learn(self) -> None:
        """Read the facets that are not in memory yet."""
        known = {"_id": {"$gte": len(self._known)}}
        found = self._facets.find(known, sort=[("_id", 1)], batch_size=_READ_AT_ONCE)
        learnt = list(map(_facet, found))
        if learnt or not self._arrays:
            self._know(learnt)

    def _know(self, facets: Sequence[Facet]) -> None:
        self._known += facets
        for column, values in zip(self._columns, zip(*facets, strict=True), strict=False):
            column.extend(values)
        self._index()

    def _number(self) -> None:
        # Only writers need the numbers; computing them takes a tenth of a second.
        first = len(self._numbers)
        self._numbers.update(zip(self._known[first:], itertools.count(first), strict=False))

    def _index(self) -> None:
        self._arrays = [np.array(column.codes, np.int64) for column in self._columns]
        names = list(self._columns[0].positions)
        rank = np.empty(len(names), np.int64)
        rank[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
        self._order = np.argsort(rank[self._arrays[0]], kind="stable")
        fresh = len(self._known) - len(self._images)
        self._images = np.append(self._images, np.zeros(fresh, np.int64))

    def _write(self, images: NDArray[np.int64], tallies: set[int], version: int) -> None:
        from pymongo import ReplaceOne

        if tallies:
            self._counts.bulk_write(
                [
                    ReplaceOne({"_id": count_by}, _count_by(count_by, images, version), upsert=True)
                    for count_by in sorted(tallies)
                ]
            )
        with self._lock:
            self._images = images


def batches(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """Divide items into lists that fit into one query."""
    rest = iter(items)
    while some := list(itertools.islice(rest, _AT_ONCE)):
        yield some


def _count_by(number: int, images: NDArray[np.int64], version: int) -> dict[str, Any]:
    start = number * _TALLIED
    return {
        "_id": number,
        "version": version,
        "images": images[start : start + _TALLIED].tolist(),
    }


def _document(number: int, facet: Facet) -> dict[str, Any]:
    return {"_id": number, **facet._asdict(), "flags": list(facet.flags)}


def _facet(document: Mapping[str, Any]) -> Facet:
    values = _values_of(document)
    return Facet._make((*values[:_FLAGS], tuple(values[_FLAGS])))
