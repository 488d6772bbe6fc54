"""The download store: one SQLite file, shared by all processes that send requests."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from engine.database import connect, database_errors, read_note, write_note
from engine.home import Home
from engine.language.message import deferred

_REFUSED = deferred("The download history {file} cannot be used: {reason}.")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS clock (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    boot TEXT NOT NULL, uptime REAL NOT NULL, anchor REAL NOT NULL, latest REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS spent (
    account TEXT NOT NULL, span REAL NOT NULL, slot INTEGER NOT NULL, amount INTEGER NOT NULL,
    PRIMARY KEY (account, span, slot)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS host (
    host TEXT PRIMARY KEY,
    rate REAL, worst REAL, worst_at REAL NOT NULL DEFAULT 0,
    next_at REAL NOT NULL DEFAULT 0,
    paused_until REAL NOT NULL DEFAULT 0, parked_until REAL NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    strikes INTEGER NOT NULL DEFAULT 0, parkings INTEGER NOT NULL DEFAULT 0,
    requests INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
    photographs INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failure (
    url TEXT PRIMARY KEY, host TEXT NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL,
    status INTEGER NOT NULL, attempts INTEGER NOT NULL, final INTEGER NOT NULL, t REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fetched (
    url TEXT PRIMARY KEY, final_url TEXT NOT NULL, sha256 TEXT NOT NULL, path TEXT NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, bytes INTEGER NOT NULL,
    etag TEXT NOT NULL, license TEXT NOT NULL, host TEXT NOT NULL, variant TEXT NOT NULL,
    t REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS fetched_by_sha256 ON fetched (sha256);
CREATE INDEX IF NOT EXISTS fetched_by_time ON fetched (t);
CREATE TABLE IF NOT EXISTS wanted (
    url TEXT NOT NULL, image_id TEXT NOT NULL, species TEXT NOT NULL, newness INTEGER NOT NULL,
    license TEXT NOT NULL, host TEXT NOT NULL, width INTEGER NOT NULL,
    PRIMARY KEY (url, image_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS queue (
    place INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, host TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS queue_by_host ON queue (host, place);
CREATE TABLE IF NOT EXISTS imported (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pin (split TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class DownloadStore:
    """An open downloads.sqlite. Threads and processes access it one at a time."""

    def __init__(self, file: Path) -> None:
        """Open the file, creating it if needed.

        Raises:
            WorkFailed: the file is damaged or cannot be created.
        """
        self.file = file
        self._lock = threading.RLock()
        self._depth = 0
        with self._store_errors():
            self._connection = connect(file, _prepare)
            self._connection.isolation_level = None

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the block as one transaction, with an exclusive write lock."""
        with self._lock, self._store_errors():
            if self._depth:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    def write(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Execute a write; returns the number of affected rows."""
        with self.transaction():
            return self._connection.execute(statement, values).rowcount

    def write_many(self, statement: str, rows: Iterator[Sequence[Any]]) -> None:
        with self.transaction():
            self._connection.executemany(statement, rows)

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock, self._store_errors():
            return self._connection.execute(query, values).fetchall()

    def row(self, query: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        found = self.rows(query, values)
        return found[0] if found else None

    def note_imported(self, paths: Iterable[str]) -> None:
        """Record files of the home that a person brought in, which are never removed, even if a
        download fetches the same bytes."""
        self.write_many("INSERT OR IGNORE INTO imported VALUES (?)", ([path] for path in paths))

    def home_id(self) -> str:
        """The id of the home that the store belongs to; empty if none is recorded."""
        with self._lock, self._store_errors():
            return read_note(self._connection, "home")

    def mark_home(self, home_id: str) -> None:
        """Record which home the store belongs to."""
        with self.transaction():
            write_note(self._connection, "home", home_id)

    def _store_errors(self) -> AbstractContextManager[None]:
        return database_errors(self.file, _REFUSED)


@contextlib.contextmanager
def open_download_store(home: Home) -> Iterator[DownloadStore]:
    """Open the home's download store in a `with` block."""
    downloads = DownloadStore(home.download_store)
    try:
        yield downloads
    finally:
        downloads.close()


def _prepare(connection: sqlite3.Connection) -> None:
    connection.executescript(_SCHEMA)
