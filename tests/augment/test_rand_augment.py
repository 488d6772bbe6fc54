"""RandAugment without torch: each operation equals torchvision's."""

import math

import numpy as np
import pytest
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import RandAugment

from engine.augment.rand_augment import OPERATIONS, rand_augment
from tests.conftest import flower

PICTURE = flower(64, 64, 1)
REFERENCE = RandAugment(num_ops=2, magnitude=9)


def test_the_operations_are_those_of_torchvision() -> None:
    assert list(OPERATIONS) == list(RandAugment._AUGMENTATION_SPACE)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("strength", [1, 9, 14, 30])
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_gives_the_same_pixels_as_torchvision(
    name: str, strength: int, sign: int
) -> None:
    levels, signed = RandAugment._AUGMENTATION_SPACE[name]
    magnitudes = levels(31, 64, 64)
    magnitude = 0.0 if magnitudes is None else float(magnitudes[strength])
    expected = REFERENCE._apply_image_or_video_transform(
        Image.fromarray(PICTURE),
        name,
        magnitude * sign if signed else magnitude,
        interpolation=InterpolationMode.NEAREST,
        fill=REFERENCE._fill,
    )
    found = OPERATIONS[name](Image.fromarray(PICTURE), strength / 30, sign)
    assert np.array_equal(np.asarray(found), np.asarray(expected))


def test_two_operations_are_drawn_from_the_given_generator_only() -> None:
    pictures = [rand_augment(PICTURE, 9, np.random.default_rng(seed)) for seed in range(30)]
    again = [rand_augment(PICTURE, 9, np.random.default_rng(seed)) for seed in range(30)]
    assert all(np.array_equal(*pair) for pair in zip(pictures, again, strict=True))
    changed = [not np.array_equal(picture, PICTURE) for picture in pictures]
    assert sum(changed) > 20
    different = {picture.tobytes() for picture in pictures}
    assert len(different) > math.isqrt(len(OPERATIONS) ** 2)
