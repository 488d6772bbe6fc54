"""Squares drawn by a person; they replace those of any detector."""

import contextlib
import sqlite3
from collections.abc import Iterator

from engine.crop.box import Box
from engine.database import connect, database_errors
from engine.errors import BadInput
from engine.home import Home
from engine.language.message import deferred

_REFUSED = deferred("The squares drawn by hand in {file} cannot be used: {reason}.")
_TABLE = """\
CREATE TABLE IF NOT EXISTS square (
    sha256 TEXT PRIMARY KEY,
    x INTEGER NOT NULL, y INTEGER NOT NULL, side INTEGER NOT NULL
) WITHOUT ROWID
"""


class ManualSquares:
    """data/manual_squares.sqlite: squares by the photograph's SHA-256, in pixels of the upright
    image.

    They take precedence in every preset with a detector; the centre crop ignores them. Every method
    raises WorkFailed if the file is damaged or the disk is full.
    """

    def __init__(self, home: Home) -> None:
        self._file = home.manual_squares

    def all(self) -> dict[str, Box]:
        """Return every square by hash; there are at most some hundreds."""
        if not self._file.exists():
            return {}
        with self._opened() as connection:
            rows = connection.execute("SELECT sha256, x, y, side FROM square").fetchall()
        return {sha256: Box(x, y, side, side) for sha256, x, y, side in rows}

    def find(self, sha256: str) -> Box | None:
        """Return the square of one photograph, or None."""
        return self.all().get(sha256)

    def keep(self, sha256: str, square: Box, size: tuple[int, int]) -> None:
        """Store the square of a photograph of `size` (width, height), replacing an older one.

        Raises:
            BadInput: it is not a square, or is not inside the photograph.
        """
        width, height = size
        inside = min(square.x, square.y) >= 0 and square.right <= width and square.bottom <= height
        if square.width != square.height or square.width < 1 or not inside:
            raise BadInput(
                "{square} is not a square inside a photograph of {width} by {height} pixels. "
                "Draw it again.",
                square=square.as_list(),
                width=width,
                height=height,
            )
        with self._opened() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO square VALUES (?,?,?,?)",
                (sha256, square.x, square.y, square.width),
            )

    def remove(self, sha256: str) -> None:
        """Remove the square of a photograph, so that the computed one is used again."""
        with self._opened() as connection:
            connection.execute("DELETE FROM square WHERE sha256 = ?", (sha256,))

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with (
            database_errors(self._file, _REFUSED),
            contextlib.closing(connect(self._file, _prepare)) as connection,
            connection,
        ):
            yield connection


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute(_TABLE)
