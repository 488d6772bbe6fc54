"""Curation in the MongoDB catalogue. A change stores its photographs by their former facet."""

import dataclasses
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.catalogue.changes import Action, Change, Label
from engine.catalogue.facets import Facet, after_cursor, before_cursor
from engine.catalogue.mongo_facets import MongoFacets, batches
from engine.catalogue.mongo_filters import MongoFilters, Query
from engine.catalogue.mongo_listings import MongoListings
from engine.catalogue.mongo_own import MongoOwnValues
from engine.catalogue.store import Filter
from engine.errors import BadInput

if TYPE_CHECKING:
    from pymongo.database import Database


class _Held(NamedTuple):
    """A photograph in a change, with its facet before the change and its facet now."""

    image_id: str
    was: int
    now: int
    original_name: str


class MongoChanges:
    """Makes, undoes and lists changes. The caller holds the write lock (`Writer.turn`)."""

    def __init__(
        self,
        database: "Database[dict[str, Any]]",
        facets: MongoFacets,
        listings: MongoListings,
        filters: MongoFilters,
    ) -> None:
        self._photographs = database.photographs
        self._changes, self._changed = database.changes, database.changed
        self._facets, self._listings = facets, listings
        self._filters = filters
        self.own = MongoOwnValues(database)

    def make(
        self,
        chosen: Filter | Sequence[str],
        action: Action,
        note: str,
        label: Label | None,
        version: int,
    ) -> Change:
        """See `engine.catalogue.store.Catalogue.curate`."""
        held = [
            _Held(one["_id"], one["facet"], one["facet"], one.get("original_name", ""))
            for one in self._found(chosen)
        ]
        targets = self._targets(held, lambda was, now: after_cursor(now, action, label))
        moving = [one for one in held if (one.was, one.now) in targets]
        number = self.next_number() if moving else 0
        species = label.species if label else ""
        change = Change(number, time.time(), action, species, note, len(moving))
        if moving:
            # Stored before the move, so that an interrupted change can also be undone.
            self._keep(number, moving)
            self._changes.insert_one(_document(change))
            self._move(moving, targets, self._kept_name if label else _as_it_is, version)
        return change

    def set_own(self, name: str, values: Mapping[str, str | None], note: str) -> Change:
        """See `engine.catalogue.store.Catalogue.set_own`."""
        planned = self.own.planned(name, values)
        number = self.next_number() if planned else 0
        change = Change(number, time.time(), "compute", name, note, len(planned))
        if planned:
            # Stored before the fields are set, so that an interrupted change can also be undone.
            self.own.take(number, planned)
            self._changes.insert_one(_document(change))
            self.own.write(name, {one.image_id: one.now for one in planned})
        return change

    def undo(self, number: int, version: int) -> Change:
        """See `engine.catalogue.store.Catalogue.undo`."""
        change = self._one(number)
        if change.action == "compute":
            restored = self.own.put_back(number, change.species)
            self._changes.update_one({"_id": number}, {"$inc": {"undone": restored}})
            return self._one(number)
        if change.action == "join":
            restored = self._listings.split(number)
            self._changes.update_one({"_id": number}, {"$inc": {"undone": restored}})
            return self._one(number)
        held = list(self._held(number))
        targets = self._targets(held, lambda was, now: before_cursor(was, now, change))
        moving = [one for one in held if (one.was, one.now) in targets]
        if moving:
            name_of = self._dropped_name if change.action == "relabel" else _as_it_is
            self._move(moving, targets, name_of, version)
            self._changed.delete_many({"change": number})
            self._keep(number, [one for one in held if (one.was, one.now) not in targets])
            self._changes.update_one({"_id": number}, {"$inc": {"undone": len(moving)}})
        return self._one(number)

    def next_number(self) -> int:
        """The number of the next change."""
        newest = next(iter(self.last(1)), None)
        return newest.number + 1 if newest else 1

    def note_join(self, number: int, images: int) -> None:
        """Record a change that joined so many photographs, if any."""
        if images:
            self._changes.insert_one(_document(Change(number, time.time(), "join", "", "", images)))

    def last(self, most: int) -> list[Change]:
        """See `engine.catalogue.store.Catalogue.changes`."""
        return list(map(_change, self._changes.find().sort("_id", -1).limit(most)))

    def before(self, number: int) -> Iterator[tuple[str, Facet]]:
        """See `engine.catalogue.store.Catalogue.before_change`."""
        for kept in self._changed.find({"change": number}):
            was = self._facets.at(kept["was"])
            yield from ((image_id, was) for image_id in kept["image_ids"])

    def take(self, change: Change, before: Iterable[tuple[str, tuple[Any, ...]]]) -> None:
        """See `engine.catalogue.store.Catalogue.take_change`."""
        held = list(before)
        numbers = self._facets.numbers(facet for _, facet in held)
        self._changed.delete_many({"change": change.number})
        self._keep(
            change.number,
            [
                _Held(image_id, number, number, "")
                for (image_id, _), number in zip(held, numbers, strict=True)
            ],
        )
        self._changes.replace_one({"_id": change.number}, _document(change), upsert=True)

    def _one(self, number: int) -> Change:
        found = self._changes.find_one({"_id": number})
        if found is None:
            raise BadInput("Change {number} does not exist.", number=str(number))
        return _change(found)

    def _found(self, chosen: Filter | Sequence[str]) -> Iterator[dict[str, Any]]:
        rows: Query = {}
        wanted: list[Any]
        if isinstance(chosen, Filter):
            selected = self._filters.of(chosen)
            key, rows = "facet", selected.rows
            wanted = self._facets.passing(selected.facets, selected.images)
        else:
            key, wanted = "_id", sorted(set(chosen))
        for some in batches(wanted):
            among = {key: {"$in": some}} | rows
            yield from self._photographs.find(among, {"facet": 1, "original_name": 1})

    def _targets(
        self, held: Sequence[_Held], target_of: Callable[[Facet, Facet], Facet]
    ) -> dict[tuple[int, int], int]:
        """The target facet for each pair of facet before the change and facet now.

        Pairs that stay in their facet are left out.
        """
        at = self._facets.at
        pairs = sorted({(one.was, one.now) for one in held})
        targets = {pair: target_of(at(pair[0]), at(pair[1])) for pair in pairs}
        moving = {pair: facet for pair, facet in targets.items() if facet != at(pair[1])}
        return dict(zip(moving, self._facets.numbers(moving.values()), strict=True))

    def _move(
        self,
        moving: Sequence[_Held],
        targets: Mapping[tuple[int, int], int],
        name_of: Callable[[_Held, int], str],
        version: int,
    ) -> None:
        from pymongo import UpdateMany

        alike: dict[tuple[int, str | None], list[str]] = defaultdict(list)
        moves: Counter[int] = Counter()
        for one in moving:
            target = targets[one.was, one.now]
            name = name_of(one, target)
            alike[target, None if name == one.original_name else name].append(one.image_id)
            moves[one.now] -= 1
            moves[target] += 1
        updates = [
            UpdateMany({"_id": {"$in": some}}, _setting(target, name))
            for (target, name), image_ids in alike.items()
            for some in batches(image_ids)
        ]
        self._photographs.bulk_write(updates, ordered=False)
        self._facets.count(moves, version)

    def _kept_name(self, one: _Held, target: int) -> str:
        name = self._facets.at(one.now).species
        return one.original_name or ("" if name == self._facets.at(target).species else name)

    def _dropped_name(self, one: _Held, target: int) -> str:
        return "" if one.original_name == self._facets.at(target).species else one.original_name

    def _keep(self, number: int, held: Sequence[_Held]) -> None:
        by_facet: dict[int, list[str]] = defaultdict(list)
        for one in held:
            by_facet[one.was].append(one.image_id)
        documents = [
            {"change": number, "was": was, "image_ids": some}
            for was, image_ids in by_facet.items()
            for some in batches(image_ids)
        ]
        if documents:
            self._changed.create_index("change")
            self._changed.insert_many(documents)

    def _held(self, number: int) -> Iterator[_Held]:
        was = {
            image_id: kept["was"]
            for kept in self._changed.find({"change": number})
            for image_id in kept["image_ids"]
        }
        for one in self._found(list(was)):
            name = one.get("original_name", "")
            yield _Held(one["_id"], was[one["_id"]], one["facet"], name)


def _as_it_is(one: _Held, target: int) -> str:
    return one.original_name


def _setting(facet: int, name: str | None) -> dict[str, dict[str, Any]]:
    if name is None:
        return {"$set": {"facet": facet}}
    if not name:
        return {"$set": {"facet": facet}, "$unset": {"original_name": ""}}
    return {"$set": {"facet": facet, "original_name": name}}


def _document(change: Change) -> dict[str, Any]:
    values = dataclasses.asdict(change)
    return {"_id": values.pop("number"), **values}


def _change(document: Mapping[str, Any]) -> Change:
    values = dict(document)
    return Change(values.pop("_id"), **values)
