"""The catalogue in a MongoDB database, which several programs can read.

The collections `photographs` and `facets` hold the photographs and the facets.
"""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.catalogue.changes import Action, Change, Label
from engine.catalogue.facets import Facet, facet_of
from engine.catalogue.fields import PLAIN, checked_change
from engine.catalogue.mongo_changes import MongoChanges
from engine.catalogue.mongo_facets import batches
from engine.catalogue.mongo_reading import MongoReader
from engine.catalogue.record import Photograph
from engine.catalogue.store import Added, CachedFile, Filter


class MongoCatalogue(MongoReader):
    """See `engine.catalogue.store.Catalogue`. Several threads may use one object.

    Writes are not atomic as in SQLite: what was written before the connection was lost stays
    and is counted.
    """

    def __init__(self, address: str, database: str) -> None:
        """Open the catalogue, creating it if needed; `address` as in `mongo_server.address_of`.

        Raises:
            BadInput: the address is invalid.
        """
        super().__init__(address, database)
        self._history = MongoChanges(self._database, self._facets)

    def known(self, image_ids: Iterable[str]) -> set[str]:
        found: set[str] = set()
        with self._store_errors():
            for some in batches(image_ids):
                there = self._photographs.find({"_id": {"$in": some}}, {"_id": 1})
                found.update(document["_id"] for document in there)
        return found

    def add(self, photographs: Iterable[Photograph]) -> Added:
        offered = list(photographs)
        with self._store_errors(), self._writer.turn() as version:
            known = self.known(photograph.image_id for photograph in offered)
            fresh: dict[str, Photograph] = {}
            for photograph in offered:
                if photograph.image_id not in known:
                    fresh.setdefault(photograph.image_id, photograph)
            numbers = self._facets.numbers(map(facet_of, fresh.values()))
            if fresh:
                documents = map(_document, fresh.values(), numbers)
                self._photographs.insert_many(documents, ordered=False)
            self._facets.count(Counter(numbers), version)
        return Added(len(fresh), len(offered) - len(fresh))

    def update(self, changes: Iterable[Mapping[str, Any]]) -> int:
        checked = list(map(checked_change, changes))
        with self._store_errors(), self._writer.turn() as version:
            return self._change(checked, version)

    def keep(self, kept: Iterable[CachedFile]) -> int:
        return self.update(dataclasses.asdict(item) | {"state": "cached"} for item in kept)

    def let_go(self, sha256s: Iterable[str], even_without_url: bool = False) -> list[str]:
        gone = [sha256 for sha256 in sha256s if sha256]
        with self._store_errors(), self._writer.turn() as version:
            holders: dict[str, list[dict[str, Any]]] = defaultdict(list)
            for some in batches(gone):
                wanted = {"sha256": {"$in": some}}
                for found in self._with_index().find(wanted, {"sha256": 1, "url": 1}):
                    holders[found["sha256"]].append(found)
            if not even_without_url:
                gone = [one for one in gone if all(found.get("url") for found in holders[one])]
            self._change(
                (
                    {"image_id": found["_id"], "state": "remote", "path": ""}
                    for sha256 in gone
                    for found in holders[sha256]
                ),
                version,
            )
        return gone

    def curate(
        self, chosen: Filter | Sequence[str], action: Action, note: str, label: Label | None = None
    ) -> Change:
        with self._store_errors(), self._writer.turn() as version:
            self._with_index()
            return self._history.make(chosen, action, note, label, version)

    def undo(self, number: int) -> Change:
        with self._store_errors(), self._writer.turn() as version:
            return self._history.undo(number, version)

    def changes(self, most: int = 100) -> list[Change]:
        with self._store_errors():
            return self._history.last(most)

    def before_change(self, number: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
        with self._store_errors():
            return iter(list(self._history.before(number)))

    def take_change(self, change: Change, before: Iterable[tuple[str, tuple[Any, ...]]]) -> None:
        with self._store_errors(), self._writer.turn():
            self._history.take(change, before)

    def mark_home(self, home_id: str) -> None:
        with self._store_errors():
            self._database.state.replace_one({"_id": "home"}, {"home": home_id}, upsert=True)

    def _change(self, changes: Iterable[Mapping[str, Any]], version: int) -> int:
        wanted: dict[str, dict[str, Any]] = defaultdict(dict)
        for change in changes:
            wanted[change["image_id"]] |= change
        facet_numbers: dict[str, int] = {}
        for some in batches(wanted):
            found = self._photographs.find({"_id": {"$in": some}}, {"facet": 1})
            facet_numbers |= {document["_id"]: document["facet"] for document in found}
        targets = {
            image_id: self._facets.at(facet_number)._replace(**facet)
            for image_id, facet_number in facet_numbers.items()
            if (
                facet := {
                    name: wanted[image_id][name]
                    for name in Facet._fields
                    if name in wanted[image_id]
                }
            )
        }
        numbers = dict(zip(targets, self._facets.numbers(targets.values()), strict=True))
        self._set(
            {
                image_id: {
                    name: wanted[image_id][name] for name in PLAIN if name in wanted[image_id]
                }
                | ({"facet": numbers[image_id]} if image_id in numbers else {})
                for image_id in facet_numbers
            }
        )
        moves = Counter(numbers.values())
        moves.subtract(facet_numbers[image_id] for image_id in numbers)
        self._facets.count(moves, version)
        return len(facet_numbers)

    def _set(self, settings: Mapping[str, Mapping[str, Any]]) -> None:
        """Set fields of photographs, with one update per set of equal values."""
        from pymongo import UpdateMany

        alike: dict[tuple[Any, ...], list[str]] = defaultdict(list)
        for image_id, values in settings.items():
            if values:
                alike[tuple(sorted(values.items()))].append(image_id)
        updates = [
            UpdateMany({"_id": {"$in": some}}, _setting(values))
            for values, image_ids in alike.items()
            for some in batches(image_ids)
        ]
        if updates:
            self._photographs.bulk_write(updates, ordered=False)


def _document(photograph: Photograph, facet: int) -> dict[str, Any]:
    document: dict[str, Any] = {"_id": photograph.image_id, "facet": facet}
    for name in PLAIN:
        if value := getattr(photograph, name):
            document[name] = value
    return document


def _setting(values: tuple[tuple[str, Any], ...]) -> dict[str, dict[str, Any]]:
    """A MongoDB update to these values; empty fields are removed."""
    parts = {
        "$set": {name: value for name, value in values if value or name == "facet"},
        "$unset": {name: "" for name, value in values if not value and name != "facet"},
    }
    return {operator: fields for operator, fields in parts.items() if fields}
