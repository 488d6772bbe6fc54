"""The geometry of squares."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.crop.box import Box, centre_square, padded_square

sides = some.integers(1, 5000)


@some.composite
def boxes_inside(draw: some.DrawFn) -> tuple[Box, int, int]:
    width, height = draw(sides), draw(sides)
    x, y = draw(some.integers(0, width - 1)), draw(some.integers(0, height - 1))
    box = Box(x, y, draw(some.integers(1, width - x)), draw(some.integers(1, height - y)))
    return box, width, height


def lies_inside(box: Box, width: int, height: int) -> bool:
    return 0 <= box.x < box.right <= width and 0 <= box.y < box.bottom <= height


@given(boxes_inside(), some.floats(0, 1))
def test_the_square_around_any_subject_is_square_and_inside(
    given_box: tuple[Box, int, int], padding: float
) -> None:
    subject, width, height = given_box
    square = padded_square(subject, padding, width, height)
    assert square.width == square.height
    assert lies_inside(square, width, height)


@given(boxes_inside(), some.floats(0, 1))
def test_the_square_contains_the_subject_if_any_square_can(
    given_box: tuple[Box, int, int], padding: float
) -> None:
    subject, width, height = given_box
    square = padded_square(subject, padding, width, height)
    if max(subject.width, subject.height) <= min(width, height):
        assert square.x <= subject.x
        assert square.y <= subject.y
        assert square.right >= subject.right
        assert square.bottom >= subject.bottom


@given(boxes_inside(), some.floats(0, 1), some.floats(0, 1))
def test_more_padding_never_makes_a_smaller_square(
    given_box: tuple[Box, int, int], one: float, other: float
) -> None:
    less, more = (
        padded_square(given_box[0], padding, *given_box[1:]) for padding in sorted([one, other])
    )
    assert more.width >= less.width


def test_padding_is_a_share_of_the_subject_on_each_side() -> None:
    assert padded_square(Box(400, 400, 100, 50), 0.2, 1000, 1000) == Box(380, 355, 140, 140)


def test_a_square_beyond_the_edge_is_moved_inside() -> None:
    assert padded_square(Box(0, 0, 100, 100), 0.2, 1000, 800) == Box(0, 0, 140, 140)
    assert padded_square(Box(900, 700, 100, 100), 0.2, 1000, 800) == Box(860, 660, 140, 140)


def test_a_square_that_is_too_large_is_limited_to_the_short_side() -> None:
    assert padded_square(Box(10, 10, 900, 700), 1, 1000, 800) == Box(60, 0, 800, 800)


@given(sides, sides)
def test_the_centre_square_is_the_largest_and_centred(width: int, height: int) -> None:
    square = centre_square(width, height)
    assert square.width == square.height == min(width, height)
    assert lies_inside(square, width, height)
    assert abs(square.x - (width - square.right)) <= 1
    assert abs(square.y - (height - square.bottom)) <= 1


@given(boxes_inside(), sides, sides)
def test_a_scaled_box_is_inside_the_scaled_image(
    given_box: tuple[Box, int, int], new_width: int, new_height: int
) -> None:
    box, width, height = given_box
    scaled = box.scaled(new_width / width, new_height / height, new_width, new_height)
    assert lies_inside(scaled, new_width, new_height)
    assert scaled.x == pytest.approx(box.x * new_width / width, abs=1)
    assert scaled.right == pytest.approx(box.right * new_width / width, abs=1)


@given(boxes_inside())
def test_scaling_a_box_to_its_own_size_changes_nothing(given_box: tuple[Box, int, int]) -> None:
    box, width, height = given_box
    assert box.scaled(1, 1, width, height) == box
    assert Box(*box.as_list()) == box
    assert box.area == box.width * box.height
