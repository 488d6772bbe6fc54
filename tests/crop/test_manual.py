"""Squares drawn by hand."""

import pytest

from engine.crop.box import Box
from engine.crop.manual import ManualSquares
from engine.errors import BadInput, WorkFailed
from engine.home import Home

SIZE = (400, 300)


def test_a_square_is_stored_and_found_by_every_reader(home: Home) -> None:
    ManualSquares(home).keep("a" * 64, Box(10, 20, 200, 200), SIZE)
    assert ManualSquares(home).find("a" * 64) == Box(10, 20, 200, 200)
    assert ManualSquares(home).find("b" * 64) is None


def test_a_newer_square_replaces_an_older_one(home: Home) -> None:
    squares = ManualSquares(home)
    squares.keep("a", Box(0, 0, 100, 100), SIZE)
    squares.keep("a", Box(5, 5, 50, 50), SIZE)
    assert squares.all() == {"a": Box(5, 5, 50, 50)}


def test_a_removed_square_is_gone(home: Home) -> None:
    squares = ManualSquares(home)
    squares.keep("a", Box(0, 0, 100, 100), SIZE)
    squares.remove("a")
    squares.remove("never there")
    assert squares.all() == {}


def test_reading_creates_no_file(home: Home) -> None:
    assert ManualSquares(home).all() == {}
    assert not home.manual_squares.exists()


@pytest.mark.parametrize(
    "square", [Box(-1, 0, 50, 50), Box(0, 0, 60, 50), Box(0, 0, 301, 301), Box(0, 0, 0, 0)]
)
def test_a_square_outside_the_photograph_is_rejected(home: Home, square: Box) -> None:
    with pytest.raises(BadInput, match="not a square inside a photograph of 400 by 300"):
        ManualSquares(home).keep("a", square, SIZE)
    assert not home.manual_squares.exists()


def test_a_damaged_file_is_reported_in_a_sentence(home: Home) -> None:
    home.manual_squares.write_bytes(b"no database" * 100)
    with pytest.raises(WorkFailed, match="drawn by hand"):
        ManualSquares(home).all()
