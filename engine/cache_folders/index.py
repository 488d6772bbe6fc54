"""The index of cache folders: the digest in the name of each file.

It is stored in the home, so that later imports of addresses find their files.
"""

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from engine.catalogue.folder_layout import IMAGE_SUFFIXES
from engine.database import connect, database_errors
from engine.errors import BadInput
from engine.home import Home
from engine.images.store import Placing
from engine.language.message import message
from engine.progress import Report, silent

_SCHEMA = """
CREATE TABLE IF NOT EXISTS folder (
    number INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE, placing TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS file (
    folder INTEGER NOT NULL, name BLOB NOT NULL, digest BLOB NOT NULL, size INTEGER NOT NULL,
    refused INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (folder, name)
) WITHOUT ROWID;
"""
# MD5, SHA-1 or SHA-256 in hexadecimal.
_NAME = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII | re.IGNORECASE)
_EVERY = 5_000


class IndexedFile(NamedTuple):
    """A file of a cache folder.

    `name` is relative to the folder. `digest` are the bytes that the name encodes, empty if the
    name is no digest. `size` is in bytes.
    """

    folder: Path
    placing: Placing
    name: str
    digest: bytes
    size: int

    @property
    def path(self) -> Path:
        return self.folder / self.name


class CacheIndex:
    """An open index of cache folders."""

    def __init__(self, connection: sqlite3.Connection, file: Path) -> None:
        self._connection, self._file = connection, file

    def scan(self, folder: Path, placing: Placing, report: Report = silent) -> list[IndexedFile]:
        """Replace the index of a folder. Returns all its files, also those without a digest.

        Raises:
            BadInput: the folder does not exist or cannot be read.
        """
        files = [
            IndexedFile(folder, placing, name, digest_of(name), size)
            for name, size in _files_below(folder, report)
        ]
        # Stored as bytes, because a name may contain undecodable bytes.
        rows = ((os.fsencode(one.name), one.digest, one.size) for one in files if one.digest)
        with database_errors(self._file), self._connection:
            self._connection.execute(
                "INSERT INTO folder (path, placing) VALUES (?, ?) "
                "ON CONFLICT (path) DO UPDATE SET placing = excluded.placing",
                [os.fsencode(folder), placing],
            )
            (number,) = self._connection.execute(
                "SELECT number FROM folder WHERE path = ?", [os.fsencode(folder)]
            ).fetchone()
            self._connection.execute("DELETE FROM file WHERE folder = ?", [number])
            self._connection.executemany(
                "INSERT INTO file (folder, name, digest, size) VALUES (?, ?, ?, ?)",
                ((number, *row) for row in rows),
            )
        return files

    def files(self) -> list[IndexedFile]:
        """The files of all existing folders, except the refused ones."""
        with database_errors(self._file):
            folders = {
                number: (folder, placing)
                for number, path, placing in self._connection.execute("SELECT * FROM folder")
                if (folder := Path(os.fsdecode(path))).is_dir()
            }
            rows = self._connection.execute(
                "SELECT folder, name, digest, size FROM file WHERE NOT refused "
                "ORDER BY folder, name"
            )
            return [
                IndexedFile(*folders[number], os.fsdecode(name), digest, size)
                for number, name, digest, size in rows
                if number in folders
            ]

    def refuse(self, files: Iterable[IndexedFile]) -> None:
        """Mark files as refused until their folder is indexed again."""
        with database_errors(self._file), self._connection:
            self._connection.executemany(
                "UPDATE file SET refused = 1 WHERE name = ? AND folder = "
                "(SELECT number FROM folder WHERE path = ?)",
                ((os.fsencode(file.name), os.fsencode(file.folder)) for file in files),
            )


@contextlib.contextmanager
def open_index(home: Home) -> Iterator[CacheIndex]:
    """Open the home's index of cache folders, creating it if needed.

    Raises:
        WorkFailed: the index is damaged or cannot be written.
    """
    file = index_file(home)
    with database_errors(file):
        connection = connect(file, _prepare)
    try:
        yield CacheIndex(connection, file)
    finally:
        connection.close()


def _prepare(connection: sqlite3.Connection) -> None:
    connection.executescript(_SCHEMA)


def index_file(home: Home) -> Path:
    """The path of the index, which may not exist."""
    return home.cache_folders / "index.sqlite"


def digest_of(name: str) -> bytes:
    """The 16, 20 or 32 bytes that the stem of a file name encodes; empty if it is no digest."""
    stem, _, suffix = name.rpartition("/")[2].rpartition(".")
    if f".{suffix}".lower() in IMAGE_SUFFIXES and _NAME.fullmatch(stem):
        return bytes.fromhex(stem)
    return b""


def _files_below(folder: Path, report: Report) -> Iterator[tuple[str, int]]:
    """Yield the relative path and the size in bytes of each file that is not hidden."""
    if not folder.is_dir():
        raise BadInput("The folder {folder} does not exist. Check its path.", folder=str(folder))
    done, waiting = 0, [""]
    while waiting:
        inner = waiting.pop()
        try:
            with os.scandir(folder / inner) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            raise BadInput(
                "Could not read {file} ({reason}). Check its permissions.",
                file=str(folder / inner),
                reason=error.strerror,
            ) from error
        for entry in found:
            name = f"{inner}/{entry.name}" if inner else entry.name
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(name)
            elif entry.is_file():
                yield name, entry.stat().st_size
                done += 1
                if done % _EVERY == 0:
                    report(done, 0, message("Reading the folder"))
