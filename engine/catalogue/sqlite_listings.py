"""Listings in the SQLite catalogue: which photograph a record belongs to, and what was joined."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

import orjson

from engine.catalogue.facets import Facets
from engine.catalogue.joining import Joining
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite_rows import Rows
from engine.catalogue.twins import (
    Listing,
    as_listed,
    groups_of,
    key_of_address,
    key_of_bytes,
    keys_of,
    record_of,
)

TABLES = """
CREATE TABLE listing (
    image_id TEXT PRIMARY KEY, photograph TEXT NOT NULL, change INTEGER NOT NULL,
    listed TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX listing_by_photograph ON listing (photograph);
CREATE INDEX listing_by_change ON listing (change) WHERE change > 0;
CREATE TABLE known_by (key INTEGER PRIMARY KEY, image_id TEXT NOT NULL);
CREATE TABLE apart (image_id TEXT PRIMARY KEY) WITHOUT ROWID;
"""
"""`apart` are rows that are not joined to others, because a person undid that."""
# Each id is looked up by itself: SQLite would sort a list first. The answer is one row, so that
# Python continues other work meanwhile.
_KNOWN = (
    "SELECT json_group_array(photograph.image_id) "
    "FROM json_each(?) CROSS JOIN photograph ON photograph.image_id = value"
)
_LISTED = (
    "SELECT json_group_object(listing.image_id, listing.photograph) "
    "FROM json_each(?) CROSS JOIN listing ON listing.image_id = value"
)
_KNOWN_BY = (
    "SELECT known_by.key, known_by.image_id "
    "FROM json_each(?) CROSS JOIN known_by ON known_by.key = value"
)


class Listings(Joining):
    """Rows and their listings, within the transaction that the caller has open."""

    def __init__(self, connection: sqlite3.Connection, facets: Facets) -> None:
        self._connection = connection
        self._rows = Rows(connection, facets)

    def known(self, image_ids: Iterable[str]) -> dict[str, str]:
        wanted = [json.dumps(list(image_ids))]
        (rows,), (listed,) = (
            self._connection.execute(query, wanted).fetchall()[0] for query in (_KNOWN, _LISTED)
        )
        owners: dict[str, str] = json.loads(listed)
        return owners | {image_id: image_id for image_id in json.loads(rows)}

    def photograph_of(self, image_id: str) -> str:
        """The photograph that a listing belongs to; empty if there is no such listing."""
        row = self._connection.execute(
            "SELECT photograph FROM listing WHERE image_id = ?", [image_id]
        ).fetchone()
        return str(row[0]) if row else ""

    def insert(self, photographs: Sequence[Photograph]) -> None:
        """Add rows, each known by its address and its bytes.

        Raises:
            sqlite3.IntegrityError: an id, address or file has a row already.
        """
        self._insert_known(
            photographs, ((key, one.image_id) for one in photographs for key in keys_of(one))
        )

    def join_all(self, number: int) -> int:
        """Find and join all twins of a catalogue whose photographs have no keys yet; returns how
        many were joined."""
        self._connection.create_function("key_of_address", 1, key_of_address, deterministic=True)
        self._connection.create_function("key_of_bytes", 1, key_of_bytes, deterministic=True)
        self._connection.execute("CREATE TEMP TABLE keyed (key INTEGER, image_id TEXT)")
        for field in ("url", "sha256"):
            function = "key_of_address" if field == "url" else "key_of_bytes"
            self._connection.execute(
                f"INSERT INTO keyed SELECT {function}({field}), image_id FROM photograph "
                f"WHERE {field} <> '' ORDER BY rowid"
            )
        self._connection.execute("INSERT OR IGNORE INTO known_by SELECT * FROM keyed")
        pairs = self._connection.execute(
            "SELECT keyed.image_id, known_by.image_id FROM keyed JOIN known_by USING (key) "
            "WHERE keyed.image_id <> known_by.image_id"
        ).fetchall()
        self._connection.execute("DROP TABLE keyed")
        joined = self.join(groups_of(pairs), number, follow=False)
        # All at once; key by key, each address would be read again.
        self._connection.execute(
            "UPDATE known_by SET image_id = listing.photograph FROM listing "
            "WHERE known_by.image_id = listing.image_id"
        )
        return joined

    def of(self, image_id: str) -> list[Listing]:
        """The listings of a photograph; none if it is listed once."""
        return self._listings(
            "photograph = ? ORDER BY image_id <> photograph, image_id", [image_id]
        )

    def all(self) -> Iterator[Listing]:
        """Every listing."""
        return iter(self._listings("TRUE", []))

    def apart(self) -> set[str]:
        return {image_id for (image_id,) in self._connection.execute("SELECT * FROM apart")}

    def take(self, listings: Iterable[Listing], apart: Iterable[str]) -> None:
        taken = list(listings)
        self._write(taken)
        self._know({key: one.photograph for one in taken for key in keys_of(one.listed)})
        self._set_apart(apart)

    def count(self) -> int:
        """How many records are listings of another's row."""
        query = "SELECT COUNT(*) FROM listing WHERE image_id <> photograph"
        return int(self._connection.execute(query).fetchone()[0])

    def _set_apart(self, image_ids: Iterable[str]) -> None:
        self._connection.executemany(
            "INSERT OR IGNORE INTO apart VALUES (?)", ((image_id,) for image_id in image_ids)
        )

    def _read(self, image_ids: Iterable[str]) -> list[Photograph]:
        return self._rows.read(image_ids)

    def _insert(self, photographs: Sequence[Photograph], keys: Mapping[int, str]) -> None:
        self._insert_known(photographs, keys.items())

    def _insert_known(
        self, photographs: Sequence[Photograph], keys: Iterable[tuple[int, str]]
    ) -> None:
        self._rows.insert(photographs)
        # In order, a batch touches each page of the index once.
        self._connection.executemany("INSERT INTO known_by VALUES (?, ?)", sorted(keys))

    def _delete(self, photographs: Sequence[Photograph]) -> None:
        self._rows.delete(photographs)

    def _change(self, changes: Sequence[Mapping[str, Any]]) -> None:
        self._rows.change(changes)

    def _known_by(self, keys: Iterable[int]) -> dict[int, str]:
        found = self._connection.execute(_KNOWN_BY, [json.dumps(list(keys))])
        return dict(found.fetchall())

    def _know(self, keys: Mapping[int, str]) -> None:
        self._connection.executemany("INSERT OR IGNORE INTO known_by VALUES (?, ?)", keys.items())

    def _follow(self, gone: Sequence[Listing]) -> None:
        self._connection.executemany(
            "UPDATE listing SET photograph = ? WHERE photograph = ?",
            ((one.photograph, one.image_id) for one in gone),
        )
        self._connection.executemany(
            "UPDATE known_by SET image_id = ? WHERE key = ?",
            ((one.photograph, key) for one in gone for key in keys_of(one.listed)),
        )

    def _of_change(self, number: int) -> list[Listing]:
        return self._listings("change = ?", [number])

    def _forget(self, number: int) -> None:
        self._connection.execute("DELETE FROM listing WHERE change = ?", [number])

    def _write(self, listings: Sequence[Listing]) -> None:
        # The first record of a photograph stays as it came, however many are joined to it.
        self._connection.executemany(
            "INSERT OR IGNORE INTO listing VALUES (?, ?, ?, ?)",
            (
                (
                    one.image_id,
                    one.photograph,
                    one.change,
                    orjson.dumps(record_of(one.listed)).decode(),
                )
                for one in sorted(listings, key=itemgetter(0))
            ),
        )

    def _listings(self, condition: str, values: Sequence[Any]) -> list[Listing]:
        rows = self._connection.execute(
            f"SELECT image_id, photograph, change, listed FROM listing WHERE {condition}", values
        )
        return [
            Listing(own, one, change, as_listed(orjson.loads(listed)))
            for own, one, change, listed in rows
        ]
