"""Own fields in the MongoDB catalogue: set as a change, and put back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.catalogue.changes import OwnChange
from engine.catalogue.mongo_facets import batches
from engine.catalogue.own_fields import extra_with, own_text

if TYPE_CHECKING:
    from pymongo.database import Database


class MongoOwnValues:
    """Sets own fields. The caller holds the write lock."""

    def __init__(self, database: "Database[dict[str, Any]]") -> None:
        self._photographs, self._kept = database.photographs, database.changed_own

    def planned(self, name: str, values: Mapping[str, str | None]) -> list[OwnChange]:
        """The photographs that setting the field to these values would change."""
        return [
            OwnChange(image_id, was, values[image_id])
            for some in batches(values)
            for image_id, extra in self._extras(some)
            if (was := own_text(extra, name)) != values[image_id]
        ]

    def put_back(self, number: int, name: str) -> int:
        """Undo where the field has the value that the change set; returns the number."""
        held = {one.image_id: one for one in self.of(number)}
        current = {
            image_id: own_text(extra, name)
            for some in batches(held)
            for image_id, extra in self._extras(some)
        }
        back = {image_id for image_id, text in current.items() if text == held[image_id].now}
        self.write(name, {image_id: held[image_id].was for image_id in back})
        self.take(number, (one for image_id, one in held.items() if image_id not in back))
        return len(back)

    def write(self, name: str, values: Mapping[str, str | None]) -> None:
        """Set the field to these values."""
        from pymongo import UpdateOne

        for some in batches(values):
            updates = []
            for image_id, extra in self._extras(some):
                text = extra_with(extra, name, values[image_id])
                setting = {"$set": {"extra": text}} if text else {"$unset": {"extra": ""}}
                updates.append(UpdateOne({"_id": image_id}, setting))
            if updates:
                self._photographs.bulk_write(updates, ordered=False)

    def of(self, number: int) -> Iterator[OwnChange]:
        """See `engine.catalogue.store.Catalogue.own_changes`."""
        for kept in self._kept.find({"change": number}):
            yield from (OwnChange(*one) for one in kept["values"])

    def take(self, number: int, changes: Iterable[OwnChange]) -> None:
        """Keep what a change needs for being undone, instead of what was kept."""
        held = list(changes)
        self._kept.delete_many({"change": number})
        documents = [
            {"change": number, "values": [list(one) for one in some]} for some in batches(held)
        ]
        if documents:
            self._kept.create_index("change")
            self._kept.insert_many(documents)

    def _extras(self, image_ids: Iterable[str]) -> list[tuple[str, str]]:
        wanted = {"_id": {"$in": list(image_ids)}}
        found = self._photographs.find(wanted, {"extra": 1})
        return [(one["_id"], one.get("extra", "")) for one in found]
