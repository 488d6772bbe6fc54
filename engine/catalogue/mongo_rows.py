"""The documents of photographs in the MongoDB catalogue: reading, inserting and changing by id."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.catalogue.facets import Facet, facet_of
from engine.catalogue.fields import EMPTY, PLAIN, Values, photograph_maker
from engine.catalogue.mongo_facets import MongoFacets, batches
from engine.catalogue.record import Photograph

if TYPE_CHECKING:
    from pymongo.database import Database

# A document does not store empty fields.
_NOTHING = [EMPTY[name] for name in PLAIN]
READ = ("image_id", *PLAIN, *Facet._fields)
_made = photograph_maker(READ)


def values_in(facet: Facet, document: Mapping[str, Any]) -> Values:
    """The values of a photograph, in the order of `READ`."""
    plain: Iterator[Any] = map(document.get, PLAIN, _NOTHING)
    return (document["_id"], *plain, *facet)


class MongoRows:
    """Reads and writes photographs within the turn to write that the caller has."""

    def __init__(self, database: "Database[dict[str, Any]]", facets: MongoFacets) -> None:
        self._photographs, self._facets = database.photographs, facets

    def photograph(self, document: Mapping[str, Any]) -> Photograph:
        """The photograph of a document."""
        return _made(values_in(self._facets.at(document["facet"]), document))

    def read(self, image_ids: Iterable[str]) -> list[Photograph]:
        """The photographs with these ids, the oldest first."""
        found: list[dict[str, Any]] = []
        for some in batches(image_ids):
            found += self._photographs.find({"_id": {"$in": some}}).sort("$natural", 1)
        return list(map(self.photograph, found))

    def insert(
        self, photographs: Sequence[Photograph], version: int, keys: Mapping[str, list[int]]
    ) -> None:
        """Add photographs, each known by the keys that are given for its id."""
        if not photographs:
            return
        numbers = self._facets.numbers(map(facet_of, photographs))
        self._photographs.insert_many(
            (
                _document(photograph, number, keys.get(photograph.image_id, []))
                for photograph, number in zip(photographs, numbers, strict=True)
            ),
            ordered=False,
        )
        self._facets.count(Counter(numbers), version)

    def delete(self, photographs: Sequence[Photograph], version: int) -> None:
        """Remove photographs, given as they are."""
        if not photographs:
            return
        gone: Counter[int] = Counter()
        gone.subtract(self._facets.numbers(map(facet_of, photographs)))
        for some in batches(photograph.image_id for photograph in photographs):
            self._photographs.delete_many({"_id": {"$in": some}})
        self._facets.count(gone, version)

    def change(self, changes: Iterable[Mapping[str, Any]], version: int) -> int:
        """Set fields: each change is an `image_id` and the fields it sets; returns how many of
        the photographs there are."""
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


def _document(photograph: Photograph, facet: int, keys: list[int]) -> dict[str, Any]:
    document: dict[str, Any] = {"_id": photograph.image_id, "facet": facet}
    for name in PLAIN:
        if value := getattr(photograph, name):
            document[name] = value
    if keys:
        document["known_by"] = keys
    return document


def _setting(values: tuple[tuple[str, Any], ...]) -> dict[str, dict[str, Any]]:
    """A MongoDB update to these values; empty fields are removed."""
    parts = {
        "$set": {name: value for name, value in values if value or name == "facet"},
        "$unset": {name: "" for name, value in values if not value and name != "facet"},
    }
    return {operator: fields for operator, fields in parts.items() if fields}
