"""A border of one colour is cut off, a picture is not."""

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from engine.embeddings.border import without_border
from tests.quality.test_measures import meadow

WIDTH = some.integers(2, 30)


@given(WIDTH, WIDTH, WIDTH, WIDTH, some.tuples(*[some.integers(0, 255)] * 3))
def test_a_border_of_any_width_and_colour_is_cut_off_with_one_line_more(
    top: int, bottom: int, left: int, right: int, colour: tuple[int, int, int]
) -> None:
    picture = meadow(3)
    edges = (top, bottom, left, right)
    framed = cv2.copyMakeBorder(picture, *edges, cv2.BORDER_CONSTANT, value=colour)
    assert np.array_equal(without_border(np.asarray(framed, np.uint8)), picture[1:-1, 1:-1])


def test_a_picture_without_a_border_stays_as_it_is() -> None:
    picture = meadow(4)
    assert without_border(picture).shape == picture.shape


def test_most_of_a_picture_of_one_colour_is_left() -> None:
    plain = np.full((100, 200, 3), 130, np.uint8)
    height, width = without_border(plain).shape[:2]
    assert (height, width) == (58, 118)
