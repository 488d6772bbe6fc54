"""Quality measures of a photograph's pixels."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from engine.images.decode import Pixels
from engine.quality.measures import Measures, measure_photograph, of_pixels
from engine.settings.quality import QualitySettings
from tests.conftest import MakeImage, flower

LIMITS = QualitySettings()


def meadow(seed: int = 0, width: int = 320, height: int = 260) -> Pixels:
    """An image of shape (height, width, 3) with gradients and edges, like a photograph."""
    random = np.random.default_rng(seed)
    coarse = random.integers(20, 235, (height // 20, width // 20, 3), dtype=np.uint8)
    picture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    return (picture + random.integers(-18, 18, picture.shape)).clip(0, 255).astype(np.uint8)


def of(pixels: Pixels) -> Measures:
    height, width = pixels.shape[:2]
    return of_pixels(pixels, width, height)


def distance(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def test_a_file_is_measured_at_its_own_size(make_image: MakeImage) -> None:
    found = measure_photograph(make_image("a.jpg", 300, 200)).measures
    assert (found.width, found.height, found.trouble) == (300, 200, None)
    assert len(found.phash) == 16


def test_an_unreadable_file_returns_its_error(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no photograph")
    assert "a.jpg" in str(measure_photograph(tmp_path / "a.jpg").measures.trouble)
    assert "does not exist" in str(measure_photograph(tmp_path / "b.jpg").measures.trouble)


def test_an_ordinary_image_is_within_the_limits() -> None:
    found = of(meadow())
    assert found.sharpness > 5 * LIMITS.blurry_sharpness
    assert found.dark > LIMITS.dark_level
    assert found.bright < LIMITS.bright_level
    assert found.information > LIMITS.least_information


def test_only_blur_of_the_whole_image_counts_as_blurry() -> None:
    sharp = meadow()
    blurred = cv2.GaussianBlur(sharp, (0, 0), 3)
    assert of(blurred).sharpness < LIMITS.blurry_sharpness
    blurred[90:180, 100:220] = sharp[90:180, 100:220]
    assert of(blurred).sharpness > LIMITS.blurry_sharpness


def test_brightness_and_information_are_separate_measures() -> None:
    picture = meadow()
    assert of(picture // 5).dark < LIMITS.dark_level
    assert of(255 - (255 - picture) // 5).bright > LIMITS.bright_level
    poster = np.full((300, 300, 3), 120, np.uint8)
    cv2.circle(poster, (150, 150), 80, (200, 60, 60), -1)
    assert of(poster).information < LIMITS.least_information


def test_a_uniform_image_has_no_perceptual_hash() -> None:
    assert of(np.full((200, 200, 3), 90, np.uint8)).phash == ""


@settings(max_examples=15)
@given(seed=some.integers(0, 50), quality=some.integers(60, 95), scale=some.floats(0.4, 1.6))
def test_the_perceptual_hash_is_robust_to_size_and_compression(
    seed: int, quality: int, scale: float
) -> None:
    picture = meadow(seed)
    other = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".jpg", other, [cv2.IMWRITE_JPEG_QUALITY, quality])
    again = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    assert distance(of(picture).phash, of(again).phash) <= 6
    assert distance(of(picture).phash, of(meadow(seed + 100)).phash) > 10


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (3, 2)])
def test_the_smallest_image_can_be_measured(size: tuple[int, int]) -> None:
    assert of(flower(*size)).trouble is None
