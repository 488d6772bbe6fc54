"""Stores computed crops by the photograph's SHA-256 and the preset's fingerprint."""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.crop.box import Box
from engine.crop.finder import Crop
from engine.database import connect, database_errors
from engine.home import Home
from engine.language.message import Message, deferred
from engine.records import read_message, written_message
from engine.settings.crop import CropPreset

_REFUSED = deferred(
    "The crops in {file} cannot be used: {reason}. If the file is damaged, delete it; the "
    "crops are computed again."
)
_TABLE = """\
CREATE TABLE IF NOT EXISTS crop (
    sha256 TEXT NOT NULL,
    preset TEXT NOT NULL,
    x INTEGER NOT NULL, y INTEGER NOT NULL, side INTEGER NOT NULL,
    subject_x INTEGER, subject_y INTEGER, subject_width INTEGER, subject_height INTEGER,
    reason TEXT NOT NULL,
    confidence REAL NOT NULL,
    choice TEXT NOT NULL,
    PRIMARY KEY (sha256, preset)
) WITHOUT ROWID
"""
_UNREADABLE = """\
CREATE TABLE IF NOT EXISTS unreadable (
    sha256 TEXT NOT NULL,
    preset TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (sha256, preset)
) WITHOUT ROWID
"""
_BATCH = 500


class CropStore:
    """data/crops.sqlite; any number of processes read and write it.

    Every method raises WorkFailed if the file is damaged or the disk is full.
    """

    def __init__(self, home: Home) -> None:
        self._file: Path = home.crops
        self._connection: sqlite3.Connection | None = None

    def find(self, sha256: str, preset: CropPreset) -> Crop | None:
        """Return the stored crop of one photograph, or None."""
        return self.find_many([sha256], preset).get(sha256)

    def find_many(self, hashes: Iterable[str], preset: CropPreset) -> dict[str, Crop]:
        """Return the stored crops of these photographs, by hash."""
        wanted, found = list(hashes), {}
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            marks = ",".join("?" * len(batch))
            with self._opened() as connection:
                rows = connection.execute(
                    f"SELECT * FROM crop WHERE preset = ? AND sha256 IN ({marks})",
                    [preset.fingerprint, *batch],
                )
                found.update({row[0]: _from_row(row) for row in rows})
        return found

    def known(self, preset: CropPreset) -> set[str]:
        """Return the hashes of all photographs with a stored crop for this preset."""
        with self._opened() as connection:
            rows = connection.execute(
                "SELECT sha256 FROM crop WHERE preset = ?", [preset.fingerprint]
            )
            return {sha256 for (sha256,) in rows}

    def unreadable(self, preset: CropPreset) -> dict[str, Message | str]:
        """Return why photographs have no crop for this preset, by hash."""
        with self._opened() as connection:
            rows = connection.execute(
                "SELECT sha256, reason FROM unreadable WHERE preset = ?", [preset.fingerprint]
            )
            return {sha256: read_message(reason) or "" for sha256, reason in rows}

    def keep(self, sha256: str, preset: CropPreset, crop: Crop) -> None:
        """Store one crop, replacing an older one of the same photograph and preset."""
        self.keep_many({sha256: crop}, preset)

    def keep_many(self, crops: Mapping[str, Crop], preset: CropPreset) -> None:
        """Store crops by hash, in one transaction; they no longer count as unreadable."""
        with self._opened() as connection, connection:
            connection.executemany(
                "INSERT OR REPLACE INTO crop VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
                [_to_row(sha256, preset, crop) for sha256, crop in crops.items()],
            )
            connection.executemany(
                "DELETE FROM unreadable WHERE sha256 = ? AND preset = ?",
                [(sha256, preset.fingerprint) for sha256 in crops],
            )

    def keep_unreadable(self, reasons: Mapping[str, Message], preset: CropPreset) -> None:
        """Store by hash why photographs have no crop, in one transaction."""
        fingerprint = preset.fingerprint
        rows = [(sha256, fingerprint, _written(reason)) for sha256, reason in reasons.items()]
        with self._opened() as connection, connection:
            connection.executemany("INSERT OR REPLACE INTO unreadable VALUES (?,?,?)", rows)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with database_errors(self._file, _REFUSED):
            if self._connection is None:
                self._connection = connect(self._file, _prepare)
            yield self._connection


def _prepare(connection: sqlite3.Connection) -> None:
    columns = [row[1] for row in connection.execute("PRAGMA table_info(crop)")]
    if columns and "choice" not in columns:
        # The table has the schema of an earlier version; its crops are recomputed.
        connection.execute("DROP TABLE crop")
    connection.execute(_TABLE)
    connection.execute(_UNREADABLE)


def _to_row(sha256: str, preset: CropPreset, crop: Crop) -> tuple[object, ...]:
    subject = crop.subject.as_list() if crop.subject else [None] * 4
    square = crop.square
    return (
        sha256,
        preset.fingerprint,
        square.x,
        square.y,
        square.width,
        *subject,
        _written(crop.reason),
        crop.confidence,
        crop.choice,
    )


def _from_row(row: tuple[Any, ...]) -> Crop:
    x, y, side, *subject, reason, confidence, choice = row[2:]
    box = None if subject[0] is None else Box(*subject)
    return Crop(Box(x, y, side, side), box, read_message(reason) or "", confidence, choice)


def _written(reason: Message | str) -> str:
    return written_message(reason) if isinstance(reason, Message) else reason
