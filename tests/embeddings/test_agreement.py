"""Thumbnails of one picture agree wherever they were cut, those of different pictures do not."""

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from engine.embeddings.agreement import SAME, agreement, same_picture
from engine.embeddings.features import LEVELS, THUMBNAIL, Thumbnail
from engine.images.decode import Pixels
from tests.quality.test_measures import meadow

EDGE = some.floats(0, 0.05)


def thumbnail(picture: Pixels) -> Thumbnail:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)
    return np.asarray(small // (256 // LEVELS), np.uint8)


@given(some.integers(0, 20), EDGE, EDGE, EDGE, EDGE, some.floats(-3, 3), some.booleans())
def test_a_cut_turned_or_mirrored_copy_agrees(
    seed: int, top: float, bottom: float, left: float, right: float, angle: float, mirror: bool
) -> None:
    picture = meadow(seed)
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    copy = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    copy = copy[int(height * top) : int(height * (1 - bottom))]
    copy = copy[:, int(width * left) : int(width * (1 - right))]
    assert same_picture(thumbnail(picture), thumbnail(copy[:, ::-1] if mirror else copy))


@given(some.integers(0, 500), some.integers(501, 1_000))
def test_different_pictures_do_not_agree(one: int, other: int) -> None:
    assert not same_picture(thumbnail(meadow(one)), thumbnail(meadow(other)))


def test_a_picture_agrees_with_itself_and_nothing_with_a_plain_one() -> None:
    picture, plain = thumbnail(meadow(1)), np.full((THUMBNAIL, THUMBNAIL), 9, np.uint8)
    assert agreement(picture, picture) > 0.99
    assert agreement(picture, plain) < SAME
    assert agreement(plain, plain) < SAME
