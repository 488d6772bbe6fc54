"""Fine-grained saliency compared with OpenCV's."""

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.crop.fine_grained import fine_grained_saliency
from tests.conftest import flower


def of_opencv(gray: NDArray[np.uint8]) -> NDArray[np.float32]:
    detector: Any = vars(cv2.saliency)["StaticSaliencyFineGrained_create"]()
    found, saliency = detector.computeSaliency(gray)
    assert found
    return np.asarray(saliency, np.float32)


@pytest.mark.parametrize(("height", "width"), [(16, 16), (16, 400), (97, 131), (700, 900)])
def test_it_equals_opencv_bit_for_bit(height: int, width: int) -> None:
    noise = np.random.default_rng(height).integers(0, 256, (height, width), dtype=np.uint8)
    assert np.array_equal(fine_grained_saliency(noise), of_opencv(noise))
    drawn = np.asarray(cv2.cvtColor(flower(width, height, 1), cv2.COLOR_RGB2GRAY), np.uint8)
    assert np.array_equal(fine_grained_saliency(drawn), of_opencv(drawn))


def test_it_equals_opencv_if_sums_are_too_large_for_32_bits() -> None:
    """Beyond 2^24 a 32-bit sum loses its last digits."""
    drawn = np.asarray(cv2.cvtColor(flower(2000, 1500, 2), cv2.COLOR_RGB2GRAY), np.uint8)
    assert int(drawn.sum(dtype=np.int64)) > 2**24
    assert np.array_equal(fine_grained_saliency(drawn), of_opencv(drawn))
