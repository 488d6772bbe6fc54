"""Reduced copies of photographs, made once, so that training decodes no large files."""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2

from engine.database import connect, database_errors
from engine.files import write_atomic
from engine.home import Home
from engine.images.decode import read_header, read_rgb
from engine.language.message import deferred

SHRUNK_SIDE = 512
QUALITY = 95
_BATCH = 500
_REFUSED = deferred(
    "{file} cannot be used: {reason}. To make the small copies again, delete that folder."
)
_TABLE = """
CREATE TABLE IF NOT EXISTS copy (
    sha256 TEXT PRIMARY KEY,
    width INTEGER NOT NULL, height INTEGER NOT NULL,
    is_small INTEGER NOT NULL
) WITHOUT ROWID
"""


@dataclass(frozen=True)
class Original:
    """Width and height of a photograph in pixels, after EXIF rotation.

    A photograph that `is_small` has no copy; its own file is read.
    """

    width: int
    height: int
    is_small: bool = False


class ShrunkStore:
    """data/shrunk/SIDE/ab/abcd….jpg, the short side SIDE pixels, and an index of the originals.

    The index lists a copy only after it is written. Methods that read or write the index raise
    WorkFailed if it is damaged or the disk is full.
    """

    def __init__(self, home: Home, side: int = SHRUNK_SIDE) -> None:
        self.side = side
        self._root = home.shrunk / str(side)

    def file(self, sha256: str) -> Path:
        """The path of the copy of the file with this hash."""
        return self._root / sha256[:2] / f"{sha256}.jpg"

    def make(self, source: Path, sha256: str) -> Original:
        """Write the copy of a photograph; the caller adds it to the index with `keep`.

        Raises:
            UnreadableImage: the photograph is missing, damaged or too large.
            WorkFailed: the disk is full.
        """
        header = read_header(source)
        short = min(header.width, header.height)
        if short <= self.side:
            return Original(header.width, header.height, is_small=True)
        pixels = read_rgb(source, least_side=self.side)
        ratio = self.side / short
        size = (max(1, round(header.width * ratio)), max(1, round(header.height * ratio)))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        _, encoded = cv2.imencode(
            ".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
        )
        write_atomic(self.file(sha256), encoded.tobytes())
        return Original(header.width, header.height)

    def keep(self, originals: Mapping[str, Original]) -> None:
        """Add these photographs, by hash, to the index."""
        with self._opened() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO copy VALUES (?,?,?,?)",
                [(key, o.width, o.height, o.is_small) for key, o in originals.items()],
            )

    def find(self, hashes: Iterable[str]) -> dict[str, Original]:
        """The index entries of these photographs, by hash."""
        if not self._index.exists():
            return {}
        wanted, found = list(hashes), {}
        with self._opened() as connection:
            for start in range(0, len(wanted), _BATCH):
                batch = wanted[start : start + _BATCH]
                marks = ",".join("?" * len(batch))
                rows = connection.execute(f"SELECT * FROM copy WHERE sha256 IN ({marks})", batch)
                found.update({row[0]: Original(row[1], row[2], bool(row[3])) for row in rows})
        return found

    @property
    def _index(self) -> Path:
        return self._root / "index.sqlite"

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with (
            database_errors(self._root, _REFUSED),
            contextlib.closing(connect(self._index, _prepare)) as connection,
            connection,
        ):
            yield connection


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute(_TABLE)
