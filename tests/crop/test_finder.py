"""Find the subject: the published algorithm, its fallbacks, its limits."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from engine.crop.box import Box, centre_square
from engine.crop.finder import crop_from_saliency, find_crop
from engine.crop.policies import largest_contour
from engine.crop.presets import CENTRE, CLASSIC
from engine.images.decode import read_rgb
from engine.settings.crop import CropPreset

RESIDUAL = CropPreset(name="residual", detector="spectral_residual", working_side=256)


def published(image: np.ndarray, threshold: float = 0.5, padding: float = 0.2) -> Box:
    """The published algorithm, step by step, implemented without the engine.

    A contour thinner than two pixels is a failed detection.
    """
    height, width = image.shape[:2]
    side = min(height, width)
    centre = Box((width - side) // 2, (height - side) // 2, side, side)
    detector = cv2.saliency.StaticSaliencyFineGrained_create()
    found, saliency = detector.computeSaliency(np.ascontiguousarray(image[..., ::-1]))
    if not found:
        return centre
    _, binary = cv2.threshold(saliency, threshold, 255, cv2.THRESH_BINARY)
    contours, _ = cv2.findContours(
        binary.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    if not contours:
        return centre
    x, y, across, down = cv2.boundingRect(max(contours, key=cv2.contourArea))
    if across < 2 or down < 2:
        return centre
    side = round(max(across, down) + 2 * padding * max(across, down))
    side = min(side, width, height)
    left, top = round(x + across / 2 - side / 2), round(y + down / 2 - side / 2)
    left = 0 if left < 0 else width - side if left + side > width else left
    top = 0 if top < 0 else height - side if top + side > height else top
    return Box(left, top, side, side)


def blob(width: int, height: int, x: float, y: float, radius: float) -> np.ndarray:
    """A bright, blurred disc on plain dark ground, with its centre and radius in pixels."""
    picture = np.full((height, width, 3), (30, 60, 30), np.uint8)
    cv2.circle(picture, (round(x), round(y)), round(radius), (250, 230, 60), -1)
    return cv2.GaussianBlur(picture, (0, 0), 2)


@pytest.mark.parametrize("preset", [CLASSIC, RESIDUAL], ids=lambda preset: preset.name)
@pytest.mark.parametrize("place", [(0.15, 0.2), (0.85, 0.2), (0.15, 0.8), (0.85, 0.8)])
def test_a_bright_blob_far_off_centre_is_found(
    preset: CropPreset, place: tuple[float, float]
) -> None:
    x, y = place[0] * 600, place[1] * 400
    crop = find_crop(blob(600, 400, x, y, 30), preset)
    assert not crop.is_fallback
    assert crop.square.x <= x <= crop.square.right
    assert crop.square.y <= y <= crop.square.bottom
    assert crop.square.width < 250


@pytest.mark.parametrize("preset", [CLASSIC, RESIDUAL], ids=lambda preset: preset.name)
@pytest.mark.parametrize("colour", [0, 90, 255])
def test_a_uniform_image_falls_back_to_the_centre(preset: CropPreset, colour: int) -> None:
    crop = find_crop(np.full((300, 500, 3), colour, np.uint8), preset)
    assert crop.square == centre_square(500, 300)
    assert crop.subject is None
    assert str(crop.reason) == "nothing exceeds the threshold of 50%"


@pytest.mark.parametrize(("width", "height"), [(1, 1), (15, 400), (400, 15), (2, 3)])
def test_a_tiny_image_falls_back_to_the_centre(width: int, height: int) -> None:
    crop = find_crop(blob(width, height, 0, 0, 1), CLASSIC)
    assert crop.square == centre_square(width, height)
    assert str(crop.reason) == "the photograph is smaller than 16 pixels"


@pytest.mark.parametrize("preset", [CLASSIC, RESIDUAL], ids=lambda preset: preset.name)
@pytest.mark.parametrize(("width", "height"), [(2000, 100), (100, 2000)])
def test_a_panorama_of_one_to_twenty_gets_a_square_inside(
    preset: CropPreset, width: int, height: int
) -> None:
    crop = find_crop(blob(width, height, width * 0.9, height * 0.9, 20), preset)
    assert crop.square.width == crop.square.height <= 100
    assert crop.square.right <= width
    assert crop.square.bottom <= height
    if preset is CLASSIC:
        assert crop.square.x <= width * 0.9 <= crop.square.right
        assert crop.square.y <= height * 0.9 <= crop.square.bottom


def test_the_centre_preset_uses_the_centre_without_a_fallback() -> None:
    crop = find_crop(blob(600, 400, 50, 50, 30), CENTRE)
    assert crop.square == centre_square(600, 400)
    assert not crop.is_fallback


def test_specks_alone_are_not_a_subject() -> None:
    saliency = np.zeros((100, 100), np.float32)
    saliency[10, 10] = saliency[50, 20:60] = 1
    crop = crop_from_saliency(saliency, (1000, 1000), CLASSIC)
    assert str(crop.reason) == "only specks exceed the threshold"
    assert crop.square == centre_square(1000, 1000)


def test_a_region_outweighs_specks() -> None:
    saliency = np.zeros((100, 100), np.float32)
    saliency[::11, ::11] = 1
    saliency[60:80, 70:90] = 1
    assert largest_contour(saliency, CLASSIC) == Box(70, 60, 20, 20)


def test_saliency_must_exceed_the_threshold() -> None:
    saliency = np.full((50, 50), 0.5, np.float32)
    assert largest_contour(saliency, CropPreset(threshold=0.5)) is None
    assert largest_contour(saliency, CropPreset(threshold=0.45)) == Box(0, 0, 50, 50)


def test_a_map_at_a_smaller_size_applies_to_the_whole_photograph() -> None:
    saliency = np.zeros((100, 200), np.float32)
    saliency[20:40, 150:170] = 1
    crop = crop_from_saliency(saliency, (2000, 1000), CLASSIC)
    assert crop.subject == Box(1500, 200, 200, 200)
    assert crop.square == Box(1460, 160, 280, 280)


@settings(max_examples=40)
@given(
    width=some.integers(1, 400),
    height=some.integers(1, 400),
    seed=some.integers(0, 1000),
    threshold=some.floats(0.05, 0.95),
    padding=some.floats(0, 1),
    detector=some.sampled_from(["fine_grained", "spectral_residual", "learned", "none"]),
    working_side=some.none() | some.integers(64, 300),
    policy=some.sampled_from(["largest_contour", "heaviest_component", "mass_square"]),
)
def test_any_image_under_any_preset_gets_a_square_inside(
    width: int,
    height: int,
    seed: int,
    threshold: float,
    padding: float,
    detector: str,
    working_side: int | None,
    policy: str,
) -> None:
    chance = np.random.default_rng(seed)
    image = blob(
        width, height, *(chance.uniform(0, 1, 2) * (width, height)), min(width, height) / 5
    )
    preset = CropPreset(
        detector=detector,
        threshold=threshold,
        padding=padding,
        working_side=working_side,
        policy=policy,
    )
    square = find_crop(image, preset).square
    assert square.width == square.height >= 1
    assert 0 <= square.x <= square.right <= width
    assert 0 <= square.y <= square.bottom <= height


@settings(max_examples=25)
@given(
    width=some.integers(16, 500),
    height=some.integers(16, 500),
    seed=some.integers(0, 1000),
    threshold=some.floats(0.05, 0.95),
    padding=some.floats(0, 1),
)
def test_classic_is_the_published_algorithm(
    width: int, height: int, seed: int, threshold: float, padding: float
) -> None:
    chance = np.random.default_rng(seed)
    image = blob(
        width, height, *(chance.uniform(0, 1, 2) * (width, height)), min(width, height) / 6
    )
    image = cv2.add(image, chance.integers(0, 40, image.shape, dtype=np.uint8))
    preset = CropPreset(threshold=threshold, padding=padding)
    assert find_crop(image, preset).square == published(image, threshold, padding)


def test_classic_is_the_published_algorithm_on_real_photographs(photos: Path) -> None:
    for file in sorted((photos / "subjects" / "images").iterdir())[:25]:
        image = read_rgb(file)
        assert find_crop(image, CLASSIC).square == published(image), file.name


def test_the_same_photograph_always_gets_the_same_crop() -> None:
    image = blob(300, 200, 60, 60, 20)
    assert len({find_crop(image.copy(), CLASSIC) for _ in range(5)}) == 1
