"""Joins two large tables by a key, in a temporary database on disk."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType

import orjson

from engine.errors import WorkFailed

Row = Mapping[str, str]

_CACHE_KILOBYTES = 64_000
_TABLES = """
CREATE TABLE photographs (key, row);
CREATE TABLE owners (key, row);
"""
_INDEX = "CREATE INDEX IF NOT EXISTS by_key ON owners (key)"


class JoinedRows:
    """Photographs and their owners, such as observations, joined by a key.

    The database is a temporary file that SQLite deletes. It needs as much disk space as the
    values stored in it.

    Raises, in each method:
        WorkFailed: the disk of temporary files is full.
    """

    def __init__(self) -> None:
        # An empty name is a temporary database on disk.
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.execute("pragma journal_mode = off")
        self._db.execute("pragma synchronous = off")
        self._db.execute(f"pragma cache_size = -{_CACHE_KILOBYTES}")
        self._db.executescript(_TABLES)
        # One transaction for all: rows may be put while others are read.
        self._db.execute("begin")

    def __enter__(self) -> "JoinedRows":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._db.close()

    def put_photographs(self, rows: Iterable[tuple[str, Row]]) -> None:
        """Add rows, each with the key of its owner."""
        self._put("photographs", rows)

    def put_owners(self, rows: Iterable[tuple[str, Row]]) -> None:
        """Add rows, each with its key. Of several rows with the same key, the first is used."""
        self._put("owners", rows)

    def pairs(self) -> Iterator[tuple[str, Row, Row | None]]:
        """Yield key, photograph and owner in the order of the photographs; None = no owner."""
        with _room():
            self._db.execute(_INDEX)
            found = self._db.execute(
                "SELECT p.key, p.row, (SELECT o.row FROM owners o WHERE o.key = p.key"
                " ORDER BY o.rowid LIMIT 1) FROM photographs p ORDER BY p.rowid"
            )
            for key, photograph, owner in found:
                yield key, orjson.loads(photograph), None if owner is None else orjson.loads(owner)

    def owner(self, key: str) -> Row | None:
        """The owner with this key; call this after adding all owners."""
        with _room():
            self._db.execute(_INDEX)
            found = self._db.execute("SELECT row FROM owners WHERE key = ? LIMIT 1", (key,))
            row = found.fetchone()
        return None if row is None else orjson.loads(row[0])

    def ambiguous(self) -> set[str]:
        """The keys that have different owners."""
        with _room():
            found = self._db.execute(
                "SELECT key FROM owners GROUP BY key HAVING MIN(row) <> MAX(row)"
            )
            return {key for (key,) in found}

    def without_photographs(self) -> Iterator[str]:
        """Yield the keys of the owners without photographs, in their order."""
        with _room():
            self._db.execute("CREATE INDEX IF NOT EXISTS by_owner ON photographs (key)")
            for (key,) in self._db.execute(
                "SELECT key FROM owners o WHERE NOT EXISTS"
                " (SELECT 1 FROM photographs p WHERE p.key = o.key) ORDER BY o.rowid"
            ):
                yield key

    def _put(self, table: str, rows: Iterable[tuple[str, Row]]) -> None:
        with _room():
            self._db.executemany(
                f"INSERT INTO {table} VALUES (?, ?)",
                ((key, orjson.dumps(row)) for key, row in rows),
            )


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise WorkFailed(
            "The rows could not be joined on disk ({reason}). Make room for temporary files.",
            reason=str(error),
        ) from error
