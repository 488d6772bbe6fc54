"""The doctor's database, data/doctor.sqlite. If it is deleted, everything is checked again."""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from engine.database import connect, database_errors
from engine.home import Home
from engine.language.message import deferred

# `hashed`: a file's hash when it was last read. `record`: digests of a record of the catalogue
# when it was last read. `problem`: the faults from the last examination, for the repairs.
_REFUSED = deferred(
    "{file} cannot be used: {reason}. If it is damaged, move it away. "
    "Everything is then checked again."
)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS hashed (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime INTEGER NOT NULL,
    sha256 BLOB NOT NULL, checked REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS record (
    key INTEGER PRIMARY KEY, fixed INTEGER NOT NULL, whole INTEGER NOT NULL,
    walk INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS problem (
    kind TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (kind, path)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS expected (
    path TEXT PRIMARY KEY, sha256 BLOB NOT NULL, fetchable INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS present (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime INTEGER NOT NULL
) WITHOUT ROWID;
"""


class ExaminationLedger:
    """An open doctor.sqlite, for one thread.

    `expected` (files that records name) and `present` (files on disk) are temporary tables that
    each examination fills.
    """

    def __init__(self, home: Home) -> None:
        self._file = home.data / "doctor.sqlite"
        with self._store_errors():
            self._connection = connect(self._file, _prepare)
            # Paths come unordered; a smaller cache would write most pages repeatedly.
            self._connection.execute("PRAGMA temp.cache_size = -131072")

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._store_errors():
            return self._connection.execute(query, values).fetchall()

    def number(self, query: str, values: Sequence[Any] = ()) -> int:
        """The first value of a query, 0 for NULL."""
        return int(self.rows(query, values)[0][0] or 0)

    def write(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows in one transaction."""
        with self._store_errors(), self._connection:
            self._connection.executemany(statement, rows)

    def note(self, name: str) -> str:
        """The stored note with this name; empty if there is none."""
        found = self.rows("SELECT value FROM note WHERE name = ?", [name])
        return str(found[0][0]) if found else ""

    def keep_note(self, name: str, value: str) -> None:
        self.write("INSERT OR REPLACE INTO note VALUES (?, ?)", [(name, value)])

    def keep_problems(self, kind: str, paths: Iterable[str]) -> None:
        """Replace the stored problems of one kind."""
        with self._store_errors(), self._connection:
            self._connection.execute("DELETE FROM problem WHERE kind = ?", [kind])
            self._connection.executemany(
                "INSERT OR IGNORE INTO problem VALUES (?, ?)", ((kind, path) for path in paths)
            )

    def problems(self, kind: str) -> list[str]:
        return [path for (path,) in self.rows("SELECT path FROM problem WHERE kind = ?", [kind])]

    def close(self) -> None:
        self._connection.close()

    def _store_errors(self) -> AbstractContextManager[None]:
        return database_errors(self._file, _REFUSED)


@contextlib.contextmanager
def open_ledger(home: Home) -> Iterator[ExaminationLedger]:
    """Open the home's ledger in a `with` block."""
    ledger = ExaminationLedger(home)
    try:
        yield ledger
    finally:
        ledger.close()


def forget_records(home: Home) -> None:
    """Delete the digests of records. Call it after the catalogue was replaced."""
    if (home.data / "doctor.sqlite").exists():
        with open_ledger(home) as ledger:
            ledger.write("DELETE FROM record WHERE 1 = ?", [(1,)])
            ledger.keep_note("stamp", "")


def _prepare(connection: sqlite3.Connection) -> None:
    connection.executescript(_SCHEMA)
