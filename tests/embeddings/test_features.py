"""Features of copies are close, and come back from the store as they were."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays

from engine.embeddings.candidates import CLOSE
from engine.embeddings.features import (
    DIRECTIONS,
    LEVELS,
    PLAIN,
    THUMBNAIL,
    UNIT,
    Thumbnail,
    features_of,
    packed,
    unpacked,
)
from engine.images.decode import Pixels
from tests.conftest import flower
from tests.quality.test_measures import meadow


def cosine(one: Pixels, other: Pixels) -> float:
    first, second = (features_of(each).direction.astype(np.float64) for each in (one, other))
    return float(first @ second) / UNIT**2


def test_a_direction_is_of_unit_length_and_a_thumbnail_of_few_levels() -> None:
    direction, thumbnail = features_of(meadow(1))
    assert direction.shape == (DIRECTIONS,)
    assert np.linalg.norm(direction.astype(float)) == pytest.approx(UNIT, rel=0.02)
    assert thumbnail.shape == (THUMBNAIL, THUMBNAIL)
    assert (thumbnail.min(), thumbnail.max()) == (0, LEVELS - 1)


def test_a_mirrored_or_smaller_or_grey_copy_is_close_and_another_picture_is_not() -> None:
    picture = flower(400, 300)
    grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    smaller = cv2.resize(picture, (200, 150), interpolation=cv2.INTER_AREA)
    for copy in (picture[:, ::-1], smaller, grey):
        assert cosine(picture, np.ascontiguousarray(copy)) > CLOSE
    assert cosine(picture, meadow(2)) < CLOSE


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (3, 3), (28, 28), (40, 2)])
def test_a_picture_of_any_size_has_features(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (*shape, 3), dtype=np.uint8)
    assert len(features_of(pixels).direction) in (0, DIRECTIONS)


def test_a_plain_picture_has_no_features() -> None:
    found = features_of(np.full((200, 300, 3), 90, np.uint8))
    assert (found.direction.size, found.thumbnail.size) == (0, 0)
    assert packed(PLAIN.thumbnail) == b""


@given(arrays(np.uint8, (THUMBNAIL, THUMBNAIL), elements=some.integers(0, LEVELS - 1)))
def test_a_thumbnail_is_packed_into_five_bits_a_pixel_and_back(thumbnail: Thumbnail) -> None:
    content = packed(thumbnail)
    assert len(content) == 490
    assert np.array_equal(unpacked(content), thumbnail)
