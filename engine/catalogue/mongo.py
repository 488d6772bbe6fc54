"""The catalogue in a MongoDB database, which several programs can read.

The collections `photographs` and `facets` hold the photographs and the facets.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.catalogue.changes import Action, Change, Label, OwnChange
from engine.catalogue.fields import checked_change
from engine.catalogue.mongo_changes import MongoChanges
from engine.catalogue.mongo_facets import batches
from engine.catalogue.mongo_reading import MongoReader
from engine.catalogue.record import Photograph
from engine.catalogue.store import Added, CachedFile, Filter
from engine.catalogue.twins import Listing


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
        self._history = MongoChanges(self._database, self._facets, self._listings, self._filters)

    def join_former(self) -> None:
        """Give photographs that an earlier version listed several times one row, as a change that
        can be undone. Only the first call for a database does anything."""
        with self._store_errors():
            if self._listings.has_keys():
                return
            with self._writer.turn() as version:
                number = self._history.next_number()
                joined = self._listings.writing(version).join_all(number)
                self._history.note_join(number, joined)
                self._listings.mark_keys()

    def known(self, image_ids: Iterable[str]) -> dict[str, str]:
        with self._store_errors():
            return self._listings.known(image_ids)

    def add(
        self,
        photographs: Iterable[Photograph],
        listings: Iterable[Listing] = (),
        apart: Iterable[str] = (),
    ) -> Added:
        offered = list(photographs)
        with self._store_errors(), self._writer.turn() as version:
            known = self.known(photograph.image_id for photograph in offered)
            fresh: dict[str, Photograph] = {}
            for photograph in offered:
                if photograph.image_id not in known:
                    fresh.setdefault(photograph.image_id, photograph)
            writing = self._listings.writing(version)
            joined = writing.add(fresh.values(), list(listings), list(apart))
        listed = joined | {image_id: row for image_id, row in known.items() if row != image_id}
        return Added(len(fresh) - len(joined), len(offered) - len(fresh), listed)

    def begin_import(self, key: str) -> str:
        # Other programs may delete documents, which leaves no trace.
        return ""

    def end_import(self, key: str, report: str) -> None:
        """Nothing is noted; see `begin_import`."""

    def take_listings(self, listings: Iterable[Listing], apart: Iterable[str]) -> None:
        with self._store_errors(), self._writer.turn() as version:
            self._listings.writing(version).take(listings, apart)

    def update(self, changes: Iterable[Mapping[str, Any]]) -> int:
        checked = list(map(checked_change, changes))
        with self._store_errors(), self._writer.turn() as version:
            found = self._rows.change(checked, version)
            renewed = [one["image_id"] for one in checked if one.get("url") or one.get("sha256")]
            self._listings.writing(version).join_twins(renewed)
            return found

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
            self._rows.change(
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

    def set_own(self, name: str, values: Mapping[str, str | None], note: str) -> Change:
        with self._store_errors(), self._writer.turn():
            return self._history.set_own(name, values, note)

    def index_own(self, names: Sequence[str]) -> None:
        """Do nothing: MongoDB has no index on a part of a text."""

    def own_changes(self, number: int) -> Iterator[OwnChange]:
        with self._store_errors():
            return iter(list(self._history.own.of(number)))

    def take_own_changes(self, number: int, changes: Iterable[OwnChange]) -> None:
        with self._store_errors(), self._writer.turn():
            self._history.own.take(number, changes)

    def undo(self, number: int) -> Change:
        with self._store_errors(), self._writer.turn() as version:
            self._listings.writing(version)
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
