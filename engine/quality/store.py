"""The measures of photographs by the SHA-256 of their files: data/quality.sqlite."""

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
# Size and modification time of each measured file; a file that has changed is measured again.
_FILES = """
CREATE TABLE IF NOT EXISTS file (
    sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime INTEGER NOT NULL
) WITHOUT ROWID
"""
_FIELDS = ", ".join(Measures._fields)


class MeasureStore:
    """The store of measures; any number of processes may read and write it.

    Every method raises WorkFailed if the file is damaged or the disk is full.
    """

    def __init__(self, home: Home) -> None:
        self._file = home.quality
        with self._store_errors():
            self._connection = connect(self._file, _prepare)

    def sound(self) -> set[str]:
        """The SHA-256s of all files that could be measured."""
        with self._store_errors():
            rows = self._connection.execute("SELECT sha256 FROM measure WHERE trouble = ''")
            return {sha256 for (sha256,) in rows}

    def files(self) -> dict[str, tuple[int, int]]:
        """Size in bytes and modification time in nanoseconds of each measured file, by SHA-256.

        Files measured by earlier versions are missing.
        """
        with self._store_errors():
            rows = self._connection.execute("SELECT sha256, size, mtime FROM file")
            return {sha256: (size, mtime) for sha256, size, mtime in rows}

    def all(self) -> dict[str, Measures]:
        """All measures by SHA-256."""
        with self._store_errors():
            rows = self._connection.execute(f"SELECT sha256, {_FIELDS} FROM measure")
            return {
                sha256: Measures(*values)._replace(trouble=read_message(values[-1]))
                for sha256, *values in rows
            }

    def keep_files(self, files: Mapping[str, tuple[int, int]]) -> None:
        """Store size and modification time of measured files."""
        with self._store_errors(), self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO file VALUES (?, ?, ?)",
                ((sha256, *about) for sha256, about in files.items()),
            )

    def keep(self, measured: Mapping[str, Measures]) -> None:
        """Store measures in one transaction; replaces earlier measures of the same SHA-256."""
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
        """Close the database."""
        self._connection.close()

    def _store_errors(self) -> AbstractContextManager[None]:
        return database_errors(self._file)


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute(_TABLE)
    connection.execute(_FILES)
