"""Opening SQLite files that several threads and processes read and write."""

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from engine.errors import DatabaseDamaged, WorkFailed
from engine.language.message import Message, deferred
from engine.reasons import reason_of

_REFUSED = deferred("{file} cannot be used: {reason}.")
_PATIENCE = 30.0
# SQLite checkpoints the log itself while there is no reader. If there always is one, a writer
# waits for a gap when the log reaches this size in bytes.
_LONGEST_LOG = 16 * 1024 * 1024
# Part of Python's error message for undecodable text.
_NOT_TEXT = "decode to UTF-8"
# Created at the first write, so that a file on a read-only disk needs no new table.
_NOTES = "CREATE TABLE IF NOT EXISTS note (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"


def connect(file: Path, prepare: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    """Open the database, creating it if needed; `prepare` creates its tables.

    A writer waits up to half a minute for another one. On a read-only disk the database is
    opened for reading, and writing to it is an error.

    Raises:
        OSError: the folder cannot be created.
        sqlite3.Error: the file is damaged or cannot be opened.
    """
    if not _writable(file):
        return _read_only(file, prepare)
    file.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(file, timeout=_PATIENCE, check_same_thread=False)
    try:
        # Affects new files only. Large indexes grow a sixth faster than with SQLite's 4 KiB.
        connection.execute("PRAGMA page_size=8192")
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous=NORMAL")
        # A large import touches every page of the indexes; the cache keeps them until the commit.
        connection.execute("PRAGMA cache_size=-131072")
        prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def database_errors(file: Path, refused: str = _REFUSED, damaged: str = "") -> Iterator[None]:
    """Convert errors of a database file.

    Args:
        file: field `file` of the messages; `reason` is SQLite's or the system's reason.
        refused: the message of the error.
        damaged: the message where the file itself is damaged; `refused` without it.

    Raises:
        DatabaseDamaged: there is a message for it, and the file itself is damaged.
        WorkFailed: the block raised another OSError or sqlite3.Error.
    """
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        fields = {"file": str(file), "reason": reason_of(error)}
        if damaged and is_damage(error):
            raise DatabaseDamaged(Message(damaged, fields)) from error
        raise WorkFailed(Message(refused, fields)) from error


def is_damage(error: Exception) -> bool:
    """Whether an error means that the database file is damaged."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    # Python raises this for undecodable text.
    return isinstance(error, sqlite3.Error) and _NOT_TEXT in str(error)


def read_unchanged(file: Path, nobody_writes: bool = False) -> sqlite3.Connection:
    """Open an existing database read-only, without creating tables.

    Text is returned as bytes, because a damaged file may hold undecodable text. With
    `nobody_writes`, SQLite creates no files beside it.

    Raises:
        sqlite3.Error: the database cannot be opened.
    """
    log = file.with_name(f"{file.name}-wal")
    alone = (nobody_writes or not _writable(file)) and not log.exists()
    # In immutable mode, another process's writes would look like damage.
    way = "mode=ro&immutable=1" if alone else "mode=ro"
    connection = sqlite3.connect(
        f"{file.absolute().as_uri()}?{way}", uri=True, timeout=_PATIENCE, check_same_thread=False
    )
    connection.text_factory = bytes
    return connection


def _writable(file: Path) -> bool:
    folder = next(folder for folder in file.absolute().parents if folder.exists())
    return os.access(folder, os.W_OK) and (not file.exists() or os.access(file, os.W_OK))


def _read_only(file: Path, prepare: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    log = file.with_name(f"{file.name}-wal")
    # SQLite creates files to read a log, except in immutable mode.
    way = "mode=ro" if log.exists() and log.stat().st_size else "immutable=1"
    # A missing file counts as an empty database, not as an error.
    where = f"{file.absolute().as_uri()}?{way}" if file.exists() else "file::memory:"
    connection = sqlite3.connect(where, uri=True, timeout=_PATIENCE, check_same_thread=False)
    try:
        prepare(connection)
        connection.execute("PRAGMA query_only=ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    # SQLite's busy timeout does not cover this step if two processes create the file at once.
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.01)


def shorten_log(connection: sqlite3.Connection, file: Path) -> None:
    """Checkpoint the write-ahead log if it is large. Call it after a transaction.

    Gives up after five seconds if readers still use the log.
    """
    log = file.with_name(f"{file.name}-wal")
    if not log.exists() or log.stat().st_size < _LONGEST_LOG:
        return
    connection.execute("PRAGMA busy_timeout = 5000")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {_PATIENCE * 1000:.0f}")


def read_note(connection: sqlite3.Connection, key: str) -> str:
    """The value of a key in the database's `note` table; empty if there is none."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'note'").fetchone():
        return ""
    row = connection.execute("SELECT value FROM note WHERE key = ?", [key]).fetchone()
    return str(row[0]) if row else ""


def write_note(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Write a key to the database's `note` table, in the open transaction."""
    connection.execute(_NOTES)
    connection.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", [key, value])
