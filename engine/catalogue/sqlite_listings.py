"""Listings in the SQLite catalogue: which photograph a record belongs to, and what was joined."""

import itertools
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.catalogue.changes import Change
from engine.catalogue.facets import Facets
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite_rows import Rows
from engine.catalogue.twins import (
    Listing,
    as_listed,
    combined,
    first_of,
    groups_of,
    key_of_address,
    key_of_bytes,
    keys_of,
    written,
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
_GROUPS_AT_ONCE = 5_000


class Listings:
    """Rows and their listings, within the transaction that the caller has open."""

    def __init__(self, connection: sqlite3.Connection, facets: Facets) -> None:
        self._connection = connection
        self._rows = Rows(connection, facets)

    def known(self, image_ids: Iterable[str]) -> dict[str, str]:
        """Those ids that rows or listings have, each with the id of its photograph."""
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
        self._rows.insert(photographs)
        self._connection.executemany(
            "INSERT INTO known_by VALUES (?, ?)",
            ((key, one.image_id) for one in photographs for key in keys_of(one)),
        )

    def add(self, photographs: Iterable[Photograph]) -> dict[str, str]:
        """Add records whose ids are not known; returns those that became listings, each with its
        photograph."""
        apart = self.apart()
        offered = list(photographs)
        self._rows.insert([one for one in offered if one.image_id in apart])
        offered = [one for one in offered if one.image_id not in apart]
        known = self._known_by(key for one in offered for key in keys_of(one))
        rows: list[Photograph] = []
        joined: dict[str, list[Photograph]] = defaultdict(list)
        also_twins: list[tuple[str, str]] = []
        for one in offered:
            keys = keys_of(one)
            twins = sorted({known[key] for key in keys if key in known})
            if twins:
                joined[twins[0]].append(one)
                also_twins += ((twins[0], twin) for twin in twins[1:])
            else:
                rows.append(one)
            known |= dict.fromkeys(keys, twins[0] if twins else one.image_id)
        self.insert(rows)
        self._attach(joined)
        self._join(groups_of(also_twins), change=0)
        return {one.image_id: twin for twin, listed in joined.items() for one in listed}

    def join_twins(self, image_ids: Iterable[str]) -> int:
        """Join those photographs whose address or bytes another has; returns how many were
        joined. To call after addresses or files changed."""
        apart = self.apart()
        photographs = [one for one in self._rows.read(image_ids) if one.image_id not in apart]
        known = self._known_by(key for one in photographs for key in keys_of(one))
        new: dict[int, str] = {}
        pairs: list[tuple[str, str]] = []
        for one in photographs:
            for key in keys_of(one):
                owner = known.get(key) or new.setdefault(key, one.image_id)
                if owner != one.image_id:
                    pairs.append((owner, one.image_id))
        self._know(new.items())
        return self._join(groups_of(pairs), change=0)

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
        return self._join(groups_of(pairs), number)

    def split(self, change: Change) -> int:
        """Undo a change that joined: each of its listings becomes a row again, which stays apart
        from then on; returns how many."""
        found = self._listings("change = ?", [change.number])
        rows = [one.listed for one in found if one.image_id != one.photograph]
        self._rows.insert(rows)
        self._rows.change(one.listed._asdict() for one in found if one.image_id == one.photograph)
        self._connection.execute("DELETE FROM listing WHERE change = ?", [change.number])
        self._set_apart(row.image_id for row in rows)
        return len(rows)

    def of(self, image_id: str) -> list[Listing]:
        """The listings of a photograph; none if it is listed once."""
        return self._listings(
            "photograph = ? ORDER BY image_id <> photograph, image_id", [image_id]
        )

    def all(self) -> Iterator[Listing]:
        """Every listing."""
        return iter(self._listings("TRUE", []))

    def apart(self) -> set[str]:
        """The rows that are not joined to others."""
        return {image_id for (image_id,) in self._connection.execute("SELECT * FROM apart")}

    def take(self, listings: Iterable[Listing], apart: Iterable[str]) -> None:
        """Take over listings of another store, what they are known by, and what stays apart."""
        taken = list(listings)
        self._write(taken)
        self._know((key, one.photograph) for one in taken for key in keys_of(one.listed))
        self._set_apart(apart)

    def count(self) -> int:
        """How many records are listings of another's row."""
        query = "SELECT COUNT(*) FROM listing WHERE image_id <> photograph"
        return int(self._connection.execute(query).fetchone()[0])

    def _set_apart(self, image_ids: Iterable[str]) -> None:
        self._connection.executemany(
            "INSERT OR IGNORE INTO apart VALUES (?)", ((image_id,) for image_id in image_ids)
        )

    def _known_by(self, keys: Iterable[int]) -> dict[int, str]:
        found = self._connection.execute(_KNOWN_BY, [json.dumps(list(keys))])
        return dict(found.fetchall())

    def _know(self, keys: Iterable[tuple[int, str]]) -> None:
        self._connection.executemany("INSERT OR IGNORE INTO known_by VALUES (?, ?)", keys)

    def _attach(self, joined: Mapping[str, Sequence[Photograph]]) -> None:
        """Make records that have no row listings of rows."""
        rows = {row.image_id: row for row in self._rows.read(joined)}
        groups = ((rows[image_id], listed) for image_id, listed in joined.items())
        for listing in self._combine(groups, change=0):
            self._know((key, listing.photograph) for key in keys_of(listing.listed))

    def _join(self, groups: Iterable[Sequence[str]], change: int) -> int:
        """Make one row of each group of rows; returns how many rows became listings."""
        joined = 0
        rest = iter(groups)
        while some := list(itertools.islice(rest, _GROUPS_AT_ONCE)):
            rows = {row.image_id: row for row in self._rows.read(itertools.chain(*some))}
            rank = {image_id: number for number, image_id in enumerate(rows)}
            parted = []
            for group in some:
                twins = [rows[one] for one in sorted(rank.keys() & group, key=rank.__getitem__)]
                if len(twins) > 1:
                    first = first_of(twins)
                    parted.append((first, [one for one in twins if one is not first]))
            self._rows.delete([one for _, others in parted for one in others])
            listings = self._combine(parted, change)
            self._follow({one.image_id: one for one in listings})
            joined += len(listings)
        return joined

    def _combine(
        self, groups: Iterable[tuple[Photograph, Sequence[Photograph]]], change: int
    ) -> list[Listing]:
        """Write listings of rows, and into the rows what they take from them."""
        changes: list[dict[str, Any]] = []
        firsts: list[Listing] = []
        listings: list[Listing] = []
        for row, listed in groups:
            if altered := combined(row, listed):
                changes.append({"image_id": row.image_id, **altered})
                firsts.append(Listing(row.image_id, row.image_id, change, row))
            listings += (Listing(one.image_id, row.image_id, change, one) for one in listed)
        self._write([*firsts, *listings])
        self._rows.change(changes)
        return listings

    def _follow(self, gone: Mapping[str, Listing]) -> None:
        """Let what belonged to rows that were joined belong to the rows they were joined to."""
        self._connection.executemany(
            "UPDATE listing SET photograph = ? WHERE photograph = ? AND image_id <> ?",
            ((one.photograph, image_id, image_id) for image_id, one in gone.items()),
        )
        self._connection.executemany(
            "UPDATE known_by SET image_id = ? WHERE key = ?",
            ((one.photograph, key) for one in gone.values() for key in keys_of(one.listed)),
        )

    def _write(self, listings: Iterable[Listing]) -> None:
        # The first record of a photograph stays as it came, however many are joined to it.
        self._connection.executemany(
            "INSERT OR IGNORE INTO listing VALUES (?, ?, ?, ?)",
            (
                (
                    one.image_id,
                    one.photograph,
                    one.change,
                    json.dumps(written(one.listed), ensure_ascii=False),
                )
                for one in listings
            ),
        )

    def _listings(self, condition: str, values: Sequence[Any]) -> list[Listing]:
        rows = self._connection.execute(
            f"SELECT image_id, photograph, change, listed FROM listing WHERE {condition}", values
        )
        return [
            Listing(own, one, change, as_listed(json.loads(listed)))
            for own, one, change, listed in rows
        ]
