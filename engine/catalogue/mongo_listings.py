"""Listings in the MongoDB catalogue: which photograph a record belongs to, and what was joined.

A photograph's document holds in `known_by` the keys of its address, of its bytes and of those of
its listings. The listings are in a collection of their own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.catalogue.joining import Joining
from engine.catalogue.mongo_facets import batches
from engine.catalogue.mongo_rows import MongoRows
from engine.catalogue.record import Photograph
from engine.catalogue.twins import Listing, as_listed, groups_of, keys_of, record_of

if TYPE_CHECKING:
    from pymongo.database import Database

_KEYED = "keyed"


class MongoListings(Joining):
    """Rows and their listings, within the turn to write that the caller has."""

    def __init__(self, database: "Database[dict[str, Any]]", rows: MongoRows) -> None:
        self._photographs, self._listings = database.photographs, database.listings
        self._apart, self._state, self._rows = database.apart, database.state, rows
        self._version = 0
        self._indexed = False

    def writing(self, version: int) -> "MongoListings":
        """To call first in a turn to write: the version that it writes."""
        self._version = version
        if not self._indexed:
            self._photographs.create_index("known_by", sparse=True)
            self._listings.create_index("photograph")
            self._indexed = True
        return self

    def known(self, image_ids: Iterable[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for some in batches(image_ids):
            wanted = {"_id": {"$in": some}}
            for one in self._listings.find(wanted, {"photograph": 1}):
                found[one["_id"]] = one["photograph"]
            found |= {one["_id"]: one["_id"] for one in self._photographs.find(wanted, {"_id": 1})}
        return found

    def photograph_of(self, image_id: str) -> str:
        """The photograph that a listing belongs to; empty if there is no such listing."""
        found = self._listings.find_one({"_id": image_id}, {"photograph": 1})
        return str(found["photograph"]) if found else ""

    def join_all(self, number: int) -> int:
        """Find and join all twins of a catalogue whose photographs have no keys yet; returns how
        many were joined."""
        from pymongo import UpdateOne

        owners: dict[int, str] = {}
        pairs: list[tuple[str, str]] = []
        found = self._photographs.find({}, {"url": 1, "sha256": 1}).sort("$natural", 1)
        for some in batches(found):
            updates = []
            for one in some:
                photograph = Photograph(
                    one["_id"], "", url=one.get("url", ""), sha256=one.get("sha256", "")
                )
                keys = keys_of(photograph)
                first = [owners.setdefault(key, photograph.image_id) for key in keys]
                pairs += ((owner, one["_id"]) for owner in first if owner != one["_id"])
                own = [key for key in keys if owners[key] == one["_id"]]
                if own:
                    updates.append(UpdateOne({"_id": one["_id"]}, {"$set": {"known_by": own}}))
            if updates:
                self._photographs.bulk_write(updates, ordered=False)
        return self.join(groups_of(pairs), number)

    def has_keys(self) -> bool:
        """Whether the photographs are known by their addresses and bytes."""
        return self._state.find_one({"_id": _KEYED}) is not None

    def mark_keys(self) -> None:
        """Say that they are."""
        self._state.replace_one({"_id": _KEYED}, {}, upsert=True)

    def of(self, image_id: str) -> list[Listing]:
        """The listings of a photograph; none if it is listed once."""
        found = map(_listing, self._listings.find({"photograph": image_id}))
        return sorted(found, key=lambda one: (one.image_id != one.photograph, one.image_id))

    def records(self, image_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """By photograph, the records that were joined to it, in the order of `of`."""
        listed: dict[str, list[dict[str, Any]]] = defaultdict(list)
        if self._listings.estimated_document_count():
            for some in batches(image_ids):
                for one in self._listings.find({"photograph": {"$in": some}}):
                    listed[one["photograph"]].append(one)
        return {
            image_id: [
                one["listed"] for one in sorted(own, key=lambda o: (o["_id"] != image_id, o["_id"]))
            ]
            for image_id, own in listed.items()
        }

    def all(self) -> Iterator[Listing]:
        """Every listing."""
        return map(_listing, self._listings.find())

    def apart(self) -> set[str]:
        return {one["_id"] for one in self._apart.find({}, {"_id": 1})}

    def take(self, listings: Iterable[Listing], apart: Iterable[str]) -> None:
        for some in batches(listings):
            self._write(some)
            self._know({key: one.photograph for one in some for key in keys_of(one.listed)})
        self._set_apart(apart)

    def count(self) -> int:
        """How many records are listings of another's row."""
        wanted = {"$expr": {"$ne": ["$_id", "$photograph"]}}
        return int(self._listings.count_documents(wanted))

    def _read(self, image_ids: Iterable[str]) -> list[Photograph]:
        return self._rows.read(image_ids)

    def _insert(self, photographs: Sequence[Photograph], keys: Mapping[int, str]) -> None:
        own: dict[str, list[int]] = defaultdict(list)
        for key, image_id in keys.items():
            own[image_id].append(key)
        self._rows.insert(photographs, self._version, own)

    def _delete(self, photographs: Sequence[Photograph]) -> None:
        self._rows.delete(photographs, self._version)

    def _change(self, changes: Sequence[Mapping[str, Any]]) -> None:
        self._rows.change(changes, self._version)

    def _known_by(self, keys: Iterable[int]) -> dict[int, str]:
        found: dict[int, str] = {}
        for some in batches(keys):
            wanted = set(some)
            for one in self._photographs.find({"known_by": {"$in": some}}, {"known_by": 1}):
                found |= dict.fromkeys(wanted.intersection(one["known_by"]), one["_id"])
        return found

    def _know(self, keys: Mapping[int, str]) -> None:
        from pymongo import UpdateOne

        known = self._known_by(keys)
        new: dict[str, list[int]] = defaultdict(list)
        for key, image_id in keys.items():
            if key not in known:
                new[image_id].append(key)
        updates = [
            UpdateOne({"_id": image_id}, {"$addToSet": {"known_by": {"$each": own}}})
            for image_id, own in new.items()
        ]
        if updates:
            self._photographs.bulk_write(updates, ordered=False)

    def _write(self, listings: Sequence[Listing]) -> None:
        from pymongo import UpdateOne

        updates = [
            UpdateOne({"_id": one.image_id}, {"$setOnInsert": _document(one)}, upsert=True)
            for one in listings
        ]
        if updates:
            self._listings.bulk_write(updates, ordered=False)

    def _follow(self, gone: Sequence[Listing]) -> None:
        from pymongo import UpdateMany

        # With the documents of the joined rows, the keys of these and of their listings went.
        owners = {one.image_id: one.photograph for one in gone}
        keys = {key: one.photograph for one in gone for key in keys_of(one.listed)}
        for some in batches(owners):
            for one in map(_listing, self._listings.find({"photograph": {"$in": some}})):
                keys |= dict.fromkeys(keys_of(one.listed), owners[one.photograph])
        updates = [
            UpdateMany({"photograph": image_id}, {"$set": {"photograph": owner}})
            for image_id, owner in owners.items()
        ]
        if updates:
            self._listings.bulk_write(updates, ordered=False)
        self._know(keys)

    def _of_change(self, number: int) -> list[Listing]:
        return list(map(_listing, self._listings.find({"change": number})))

    def _forget(self, number: int) -> None:
        self._listings.delete_many({"change": number})

    def _set_apart(self, image_ids: Iterable[str]) -> None:
        from pymongo import ReplaceOne

        for some in batches(image_ids):
            self._apart.bulk_write(
                [ReplaceOne({"_id": image_id}, {}, upsert=True) for image_id in some], ordered=False
            )


def _document(listing: Listing) -> dict[str, Any]:
    return {
        "photograph": listing.photograph,
        "change": listing.change,
        "listed": record_of(listing.listed),
    }


def _listing(document: Mapping[str, Any]) -> Listing:
    listed = as_listed(dict(document["listed"]))
    return Listing(document["_id"], document["photograph"], document["change"], listed)
