"""The doctor's memory: data/doctor.sqlite. It can be deleted; everything is then checked anew."""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from engine.database import connect, database_errors
from engine.home import Home
from engine.language.message import deferred

# `hashed`: what a file's bytes were when they were read last. `record`: digests of a record of
# the catalogue as it was read last. `problem`: what the last examination found, for the repairs.
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

    `expected` (what records name) and `present` (what lies on disk) are filled anew by each
    examination and gone with the connection.
    """

    def __init__(self, home: Home) -> None:
        self._file = home.data / "doctor.sqlite"
        with self._store_errors():
            self._connection = connect(self._file, _prepare)
            # Paths come in no order: with less, most pages would be written again and again.
            self._connection.execute("PRAGMA temp.cache_size = -131072")

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._store_errors():
            return self._connection.execute(query, values).fetchall()

    def number(self, query: str, values: Sequence[Any] = ()) -> int:
        """The first value of a query, 0 where that is none."""
        return int(self.rows(query, values)[0][0] or 0)

    def write(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows in one transaction."""
        with self._store_errors(), self._connection:
            self._connection.executemany(statement, rows)

    def note(self, name: str) -> str:
        """A kept word; empty where there is none."""
        found = self.rows("SELECT value FROM note WHERE name = ?", [name])
        return str(found[0][0]) if found else ""

    def keep_note(self, name: str, value: str) -> None:
        self.write("INSERT OR REPLACE INTO note VALUES (?, ?)", [(name, value)])

    def keep_problems(self, kind: str, paths: Iterable[str]) -> None:
        """Replace what is known to be wrong of one kind."""
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
    """The home's ledger for the length of a `with` block."""
    ledger = ExaminationLedger(home)
    try:
        yield ledger
    finally:
        ledger.close()


def forget_records(home: Home) -> None:
    """To call when another catalogue took the place of the one that was read last."""
    if (home.data / "doctor.sqlite").exists():
        with open_ledger(home) as ledger:
            ledger.write("DELETE FROM record WHERE 1 = ?", [(1,)])
            ledger.keep_note("stamp", "")


def _prepare(connection: sqlite3.Connection) -> None:
    connection.executescript(_SCHEMA)
