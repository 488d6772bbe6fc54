"""Features of photographs and the near-duplicates among them: data/features.sqlite."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from engine.database import connect, database_errors, read_note, shorten_log, write_note
from engine.embeddings.features import DIRECTIONS, VERSION, Features, Thumbnail, packed, unpacked
from engine.home import Home

_TABLES = (
    # The ids ascend in the order of insertion, so the highest compared id says what was compared.
    """
    CREATE TABLE IF NOT EXISTS feature (
        id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE,
        direction BLOB NOT NULL, thumbnail BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS pair (
        first INTEGER NOT NULL, second INTEGER NOT NULL, PRIMARY KEY (first, second)
    ) WITHOUT ROWID
    """,
)
_COMPARED = "compared"
_AT_ONCE = 500
_PARTNERS = """
SELECT other.sha256 FROM feature AS own
JOIN pair ON own.id IN (pair.first, pair.second)
JOIN feature AS other ON other.id IN (pair.first, pair.second) AND other.id != own.id
WHERE own.sha256 = ?
"""


class FeatureStore:
    """Stores features by the SHA-256 of the file. Several processes may use it at once.

    Raises, in each method:
        WorkFailed: the database is damaged or the disk is full.
    """

    def __init__(self, home: Home) -> None:
        self._file = home.features
        with self._store_errors():
            self._connection = connect(self._file, _prepare)

    def known(self) -> set[str]:
        """The SHA-256s of all photographs that have features."""
        with self._store_errors():
            rows = self._connection.execute("SELECT sha256 FROM feature")
            return {sha256.hex() for (sha256,) in rows}

    def add(self, found: Mapping[str, Features]) -> None:
        """Add features in one transaction; features that exist are not replaced."""
        with self._store_errors(), self._connection:
            self._connection.executemany(
                "INSERT OR IGNORE INTO feature (sha256, direction, thumbnail) VALUES (?, ?, ?)",
                (
                    (bytes.fromhex(sha256), each.direction.tobytes(), packed(each.thumbnail))
                    for sha256, each in found.items()
                ),
            )
        shorten_log(self._connection, self._file)

    def directions(self) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
        """The numbers (n,), ascending, and directions (n, DIRECTIONS) of comparable photographs."""
        with self._store_errors():
            (count,) = self._connection.execute(
                "SELECT COUNT(*) FROM feature WHERE direction != x''"
            ).fetchone()
            numbers = np.empty(count, np.int64)
            directions = np.empty((count, DIRECTIONS), np.int8)
            rows = self._connection.execute(
                "SELECT id, direction FROM feature WHERE direction != x'' ORDER BY id LIMIT ?",
                [count],
            )
            for place, (number, direction) in enumerate(rows):
                numbers[place] = number
                directions[place] = np.frombuffer(direction, np.int8)
        return numbers, directions

    def thumbnails(self, numbers: Iterable[int]) -> dict[int, Thumbnail]:
        """The thumbnails of these photographs, by number."""
        wanted, found = sorted(set(numbers)), {}
        with self._store_errors():
            for start in range(0, len(wanted), _AT_ONCE):
                batch = wanted[start : start + _AT_ONCE]
                rows = self._connection.execute(
                    "SELECT id, thumbnail FROM feature WHERE id IN "
                    f"({', '.join('?' * len(batch))})",
                    batch,
                )
                found.update({number: unpacked(content) for number, content in rows})
        return found

    def last(self) -> int:
        """The highest number; 0 without features."""
        with self._store_errors():
            (number,) = self._connection.execute("SELECT MAX(id) FROM feature").fetchone()
            return int(number or 0)

    def compared(self) -> int:
        """The number up to which all features were compared with each other."""
        with self._store_errors():
            return int(read_note(self._connection, _COMPARED) or 0)

    def add_pairs(self, pairs: Iterable[tuple[int, int]], compared: int | None = None) -> None:
        """Add near-duplicates as pairs of numbers.

        `compared` is the number up to which all features were compared; None leaves it unchanged.
        """
        with self._store_errors(), self._connection:
            self._connection.executemany("INSERT OR IGNORE INTO pair VALUES (?, ?)", pairs)
            if compared is not None:
                write_note(self._connection, _COMPARED, str(compared))

    def pairs(self) -> tuple[list[str], list[str]]:
        """The SHA-256s of the first and of the second photograph of each pair."""
        with self._store_errors():
            rows = self._connection.execute(
                "SELECT one.sha256, other.sha256 FROM pair "
                "JOIN feature AS one ON one.id = pair.first "
                "JOIN feature AS other ON other.id = pair.second"
            ).fetchall()
        return [one.hex() for one, _ in rows], [other.hex() for _, other in rows]

    def partners(self, sha256: str) -> set[str]:
        """The SHA-256s of a photograph's near-duplicates."""
        try:
            key = bytes.fromhex(sha256)
        except ValueError:
            # A photograph without a file has no SHA-256.
            return set()
        with self._store_errors():
            rows = self._connection.execute(_PARTNERS, [key])
            return {other.hex() for (other,) in rows}

    def compared_hashes(self) -> pa.Array:
        """The SHA-256s of all compared photographs, in hexadecimal."""
        with self._store_errors():
            rows = self._connection.execute(
                "SELECT sha256 FROM feature WHERE id <= ?", [self.compared()]
            )
            return pa.array((sha256.hex() for (sha256,) in rows), pa.string())

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def _store_errors(self) -> AbstractContextManager[None]:
        return database_errors(self._file)


def _prepare(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version not in (0, VERSION):
        # Features of different versions cannot be compared, so all are computed again.
        for table in ("pair", "feature", "note"):
            connection.execute(f"DROP TABLE IF EXISTS {table}")
    for table in _TABLES:
        connection.execute(table)
    if version != VERSION:
        connection.execute(f"PRAGMA user_version = {VERSION}")
