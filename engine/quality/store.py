"""What was measured of photographs, by the hash of their bytes: data/quality.sqlite."""

import sqlite3
from collections.abc import Mapping
from contextlib import AbstractContextManager

from engine.database import connect, database_errors, shorten_log
from engine.home import Home
from engine.quality.measures import Measures
from engine.records import read_message, written_message

_TABLE = """
CREATE TABLE IF NOT EXISTS measure (
    sha256 TEXT PRIMARY KEY,
    width INTEGER NOT NULL, height INTEGER NOT NULL, phash TEXT NOT NULL,
    sharpness REAL NOT NULL, dark REAL NOT NULL, bright REAL NOT NULL,
    information REAL NOT NULL, trouble TEXT NOT NULL
) WITHOUT ROWID
"""
# The file that was measured, as the disk described it then: one that is another now is measured
# anew.
_FILES = """
CREATE TABLE IF NOT EXISTS file (
    sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime INTEGER NOT NULL
) WITHOUT ROWID
"""
_FIELDS = ", ".join(Measures._fields)


class MeasureStore:
    """Read and written by any number of processes.

    Every method raises WorkFailed where the file is damaged or the disk full.
    """

    def __init__(self, home: Home) -> None:
        self._file = home.quality
        with self._store_errors():
            self._connection = connect(self._file, _prepare)

    def sound(self) -> set[str]:
        """The hashes of all photographs that could be measured."""
        with self._store_errors():
            rows = self._connection.execute("SELECT sha256 FROM measure WHERE trouble = ''")
            return {sha256 for (sha256,) in rows}

    def files(self) -> dict[str, tuple[int, int]]:
        """Size in bytes and time of change in nanoseconds of the file that was measured, by hash;
        what was measured by an earlier edition is not among them."""
        with self._store_errors():
            rows = self._connection.execute("SELECT sha256, size, mtime FROM file")
            return {sha256: (size, mtime) for sha256, size, mtime in rows}

    def all(self) -> dict[str, Measures]:
        """What was measured, by hash."""
        with self._store_errors():
            rows = self._connection.execute(f"SELECT sha256, {_FIELDS} FROM measure")
            return {
                sha256: Measures(*values)._replace(trouble=read_message(values[-1]))
                for sha256, *values in rows
            }

    def keep_files(self, files: Mapping[str, tuple[int, int]]) -> None:
        """Keep what the disk says of measured files."""
        with self._store_errors(), self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO file VALUES (?, ?, ?)",
                ((sha256, *about) for sha256, about in files.items()),
            )

    def keep(self, measured: Mapping[str, Measures]) -> None:
        """Keep what was measured, final at once; what was known of the same hash is replaced."""
        marks = ", ".join("?" * (len(Measures._fields) + 1))
        with self._store_errors(), self._connection:
            self._connection.executemany(
                f"INSERT OR REPLACE INTO measure (sha256, {_FIELDS}) VALUES ({marks})",
                (
                    (sha256, *values[:-1], written_message(values.trouble))
                    for sha256, values in measured.items()
                ),
            )
        shorten_log(self._connection, self._file)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _store_errors(self) -> AbstractContextManager[None]:
        return database_errors(self._file)


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute(_TABLE)
    connection.execute(_FILES)
