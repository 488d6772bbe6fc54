"""Reading the MongoDB catalogue: counts come from the facets, pages use keyset pagination."""

import contextlib
import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import orjson

from engine.catalogue.columns import table_of
from engine.catalogue.facets import Facet, chunks, lines_of
from engine.catalogue.fields import EMPTY, FIELDS, Values
from engine.catalogue.mongo_facets import Group, MongoFacets
from engine.catalogue.mongo_filters import MongoFilter, MongoFilters, Query
from engine.catalogue.mongo_listings import MongoListings
from engine.catalogue.mongo_rows import READ, MongoRows, values_in
from engine.catalogue.mongo_server import address_of, client_of, store_errors
from engine.catalogue.mongo_writing import Writer
from engine.catalogue.record import Photograph
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

if TYPE_CHECKING:
    from pymongo.collection import Collection

_in_order: Callable[[Values], Values] = itemgetter(*map(READ.index, FIELDS))
BY_FACET = [("facet", 1), ("_id", 1)]
_BY_SHA256 = [("sha256", 1)]
_PATIENCE_MS = 600_000
_AT_ONCE = 10_000


class MongoReader:
    """The reading methods of `engine.catalogue.store.Catalogue`."""

    def __init__(self, address: str, database: str) -> None:
        self._address = address_of(address)
        # Journalled, so that acknowledged writes survive a killed server: an import resumes after
        # them.
        self._client = client_of(self._address, socketTimeoutMS=_PATIENCE_MS, journal=True)
        self._database = self._client[database]
        self._photographs: Collection[dict[str, Any]] = self._database.photographs
        self._facets = MongoFacets(self._database)
        self._writer = Writer(self._database, self._facets.refresh, self._recount)
        self._indexed = False
        self._rows = MongoRows(self._database, self._facets)
        self._listings = MongoListings(self._database, self._rows)
        self._filters = MongoFilters(self._database, self._facets)

    def listings(self, image_id: str) -> list[Listing]:
        with self._store_errors():
            return self._listings.of(image_id)

    def all_listings(self) -> Iterator[Listing]:
        with self._store_errors():
            yield from self._listings.all()

    def listed_twice(self) -> int:
        with self._store_errors():
            return self._listings.count()

    def apart(self) -> set[str]:
        with self._store_errors():
            return self._listings.apart()

    def get(self, image_id: str) -> Photograph | None:
        with self._store_errors():
            found = self._photographs.find_one({"_id": image_id})
            if found is None and (photograph := self._listings.photograph_of(image_id)):
                found = self._photographs.find_one({"_id": photograph})
            return None if found is None else self._photograph(found)

    def counts(self, chosen: Filter = EVERYTHING) -> Counts:
        by_source = self.count_by("source", chosen)
        aside = self.count_by("state", dataclasses.replace(chosen, excluded=True))
        return Counts(
            images=sum(by_source.values()),
            species=len(self.count_by("species", chosen)),
            by_source=by_source,
            by_state=self.count_by("state", chosen),
            excluded=sum(aside.values()),
        )

    def count_by(self, field: Field, chosen: Filter = EVERYTHING) -> dict[str, int]:
        facets, selected = self._current(), self._select(chosen)
        return facets.count_by(field, selected.facets, selected.images)

    def count_by_own(self, name: str, chosen: Filter = EVERYTHING) -> dict[str, int]:
        with self._store_errors():
            self._current()
            return self._filters.count_by_own(name, chosen)

    def own_names(self) -> list[str]:
        with self._store_errors():
            self._current()
            return self._filters.own_names()

    def has_own(self, name: str) -> bool:
        with self._store_errors():
            self._current()
            return self._filters.has_own(name)

    def species(self, chosen: Filter = EVERYTHING) -> list[SpeciesCount]:
        return list(itertools.starmap(SpeciesCount, self.count_by("species", chosen).items()))

    def page(self, chosen: Filter, after: Cursor | None, limit: int) -> Page:
        # One photograph more than the page shows tells whether another page follows.
        with self._store_errors():
            found = list(itertools.islice(self._following(chosen, after, limit + 1), limit + 1))
        more = len(found) > limit
        shown = tuple(found[:limit])
        return Page(shown, Cursor(shown[-1].species, shown[-1].image_id) if more else None)

    def all(self, chosen: Filter = EVERYTHING) -> Iterator[Photograph]:
        for found in self._by_species(chosen):
            yield from sorted(map(self._photograph, found), key=_sort_key)

    def lines(
        self,
        chosen: Filter = EVERYTHING,
        leave_out: AbstractSet[str] = frozenset(),
        flat: bool = False,
    ) -> Iterator[Lines]:
        at, apart = self._facets.at, self.apart()
        line = _flat_line if flat else _line
        for found in self._by_species(chosen, leave_out):
            some = [(at(one["facet"]), one) for one in found]
            some.sort(key=lambda pair: (pair[0].species, pair[1]["_id"]))
            ids = [one["_id"] for one in found]
            with self._store_errors():
                listed = self._listings.records(ids)
            text = b"".join([line(facet, one, one["_id"] in apart, listed) for facet, one in some])
            yield lines_of(text, Counter(facet for facet, _ in some))

    def columns(self, names: Sequence[str], chosen: Filter = EVERYTHING) -> Any:
        current, selected = self._current(), self._select(chosen)
        passing = current.passing(selected.facets, selected.images)
        facets = [(number, self._facets.at(number)) for number in passing]
        with self._store_errors():
            return table_of(
                names,
                lambda: [(number, *facet[:-1], " ".join(facet.flags)) for number, facet in facets],
                lambda own: self._rows_of(own, passing, selected.rows),
            )

    def stamp(self) -> tuple[int, ...]:
        with self._store_errors():
            return (self._writer.version(),)

    def home_id(self) -> str:
        with self._store_errors():
            found = self._database.state.find_one({"_id": "home"})
        return str(found["home"]) if found else ""

    def close(self) -> None:
        self._client.close()

    def _current(self) -> MongoFacets:
        with self._store_errors():
            self._facets.refresh(self._writer.version())
            return self._facets

    def _select(self, chosen: Filter) -> MongoFilter:
        """The selection of a filter, by the facets of the last `_current`."""
        with self._store_errors():
            return self._filters.of(chosen)

    def _following(self, chosen: Filter, after: Cursor | None, limit: int) -> Iterator[Photograph]:
        """The photographs after `after`, at most `limit` per species."""
        facets, selected = self._current(), self._select(chosen)
        rows = selected.rows
        groups = facets.groups(selected.facets, after.species if after else "", selected.images)
        first = next(groups, None)
        if first is not None:
            start = after.image_id if after and after.species == first.species else ""
            yield from self._of_species(first, start, limit, rows)
        # One query reads several small species.
        few: list[Group] = []
        for group in groups:
            few.append(group)
            if sum(one.images for one in few) >= limit:
                yield from self._of_few(few[:-1], rows)
                yield from self._of_species(few[-1], "", limit, rows)
                few = []
        yield from self._of_few(few, rows)

    def _of_few(self, groups: Sequence[Group], rows: Query) -> list[Photograph]:
        found = self._of_facets([number for group in groups for number in group.numbers], rows)
        return sorted(map(self._photograph, found), key=_sort_key)

    def _of_species(self, group: Group, start: str, limit: int, rows: Query) -> list[Photograph]:
        wanted = {"facet": {"$in": group.numbers}, "_id": {"$gt": start}} | rows
        found = self._with_index().find(wanted).sort("_id", 1).limit(limit)
        return list(map(self._photograph, found))

    def _of_facets(self, numbers: Sequence[int], rows: Query) -> list[dict[str, Any]]:
        with self._store_errors():
            return list(self._with_index().find({"facet": {"$in": list(numbers)}} | rows))

    def _by_species(
        self, chosen: Filter, leave_out: AbstractSet[str] = frozenset()
    ) -> Iterator[list[dict[str, Any]]]:
        """The documents of the photographs that pass the filter, a few whole species at a time."""
        current, selected = self._current(), self._select(chosen)
        facets = (
            (group.species, number, group.images if index == 0 else 0)
            for group in current.groups(selected.facets, images=selected.images)
            if group.species not in leave_out
            for index, number in enumerate(group.numbers)
        )
        # The server finds the next documents while the caller processes these.
        with ThreadPoolExecutor(1) as ahead:
            coming: Future[list[dict[str, Any]]] | None = None
            for numbers in chunks(facets):
                ready, coming = coming, ahead.submit(self._of_facets, numbers, selected.rows)
                if ready:
                    yield ready.result()
            if coming:
                yield coming.result()

    def _rows_of(
        self, names: Sequence[str], passing: Sequence[int], rows: Query
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Rows of a facet number and these fields, in batches."""
        read = ["_id" if name == "image_id" else name for name in names]
        empty = [EMPTY[name] for name in names]
        wanted = {"_id": 0} | dict.fromkeys(["facet", *read], 1)
        values = (
            (document["facet"], *map(document.get, read, empty))
            for document in self._in_facets(passing, wanted, rows)
        )
        while batch := list(itertools.islice(values, _AT_ONCE)):
            yield batch

    def _in_facets(
        self, passing: Sequence[int], fields: dict[str, int], rows: Query
    ) -> Iterator[dict[str, Any]]:
        among = set(passing)
        if 2 * len(among) > len(self._facets):
            found = self._photographs.find(rows, fields, batch_size=_AT_ONCE)
            yield from (one for one in found if one["facet"] in among)
            return
        for start in range(0, len(passing), _AT_ONCE):
            numbers = passing[start : start + _AT_ONCE]
            yield from self._with_index().find({"facet": {"$in": numbers}} | rows, fields)

    def _photograph(self, document: dict[str, Any]) -> Photograph:
        return self._rows.photograph(document)

    def _recount(self, version: int) -> None:
        counted = self._with_index().aggregate(COUNTED, hint=dict(BY_FACET))
        self._facets.recount({row["_id"]: row["images"] for row in counted}, version)

    def _with_index(self) -> "Collection[dict[str, Any]]":
        """The photographs collection, with the indexes that reading needs.

        The indexes are made at the first read, because a large import into a new catalogue is
        faster without them.
        """
        if not self._indexed:
            self._photographs.create_index(BY_FACET)
            self._photographs.create_index(_BY_SHA256, sparse=True)
            self._indexed = True
        return self._photographs

    @contextlib.contextmanager
    def _store_errors(self) -> Iterator[None]:
        with store_errors(self._address):
            yield


COUNTED: list[dict[str, Any]] = [
    {"$sort": {"facet": 1}},
    {"$group": {"_id": "$facet", "images": {"$sum": 1}}},
]
"""The number of photographs of each facet; the index covers the query."""


_Records = Mapping[str, list[dict[str, Any]]]


def _line(facet: Facet, document: Mapping[str, Any], apart: bool, listed: _Records) -> bytes:
    values = dict(zip(FIELDS, _in_order(values_in(facet, document)), strict=True))
    values |= {"apart": apart, "listings": listed.get(document["_id"], ())}
    return orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE)


def _flat_line(facet: Facet, document: Mapping[str, Any], apart: bool, listed: _Records) -> bytes:
    values = dict(zip(FIELDS, _in_order(values_in(facet, document)), strict=True))
    own = listed.get(document["_id"])
    values |= {
        "flags": " ".join(facet.flags),
        "apart": apart,
        "listings": orjson.dumps(own).decode() if own else "",
    }
    return orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE)


def _sort_key(photograph: Photograph) -> tuple[str, str]:
    return photograph.species, photograph.image_id
