import numpy as np
import pytest

from studio.crop_lab.keeping import Kept, Made


class Maker:
    """Makes arrays of 100 bytes, and counts them."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> Made:
        self.made += 1
        return np.zeros(100, np.uint8), float(self.made)


def test_what_is_kept_is_made_once_and_not_copied() -> None:
    kept, make = Kept(1_000), Maker()
    assert kept.get("a", make)[0] is kept.get("a", make)[0]
    assert make.made == 1


def test_what_was_used_longest_ago_makes_room() -> None:
    kept, make = Kept(250), Maker()
    for key in ("a", "b", "a", "c", "a"):
        kept.get(key, make)
    assert make.made == 3
    kept.get("b", make)
    assert make.made == 4


def test_one_that_is_larger_than_the_room_is_kept_until_the_next() -> None:
    kept, make = Kept(50), Maker()
    kept.get("a", make)
    kept.get("a", make)
    assert make.made == 1


def test_what_is_kept_cannot_be_written_to() -> None:
    array, _ = Kept(1_000).get("a", Maker())
    with pytest.raises(ValueError):
        array[0] = 1
