"""Any file gives a square inside the photograph with its reason, or an error in a sentence."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image

from engine.crop.box import centre_square
from engine.crop.finder import Crop, find_crop_in
from engine.crop.photograph import read_cropped
from engine.crop.presets import CLASSIC, FAST
from engine.errors import UnreadableImage
from engine.images.decode import read_header
from engine.settings.crop import CropPreset

PRESETS = [CLASSIC, FAST]


def scene(width: int, height: int, plants: list[tuple[float, float]], radius: float) -> np.ndarray:
    """Bright round plants on dull, uneven ground; their centres are shares of width and height."""
    y, x = np.mgrid[:height, :width]
    picture = np.full((height, width, 3), (70, 80, 50), np.uint8)
    picture += np.random.default_rng(0).integers(0, 25, picture.shape, dtype=np.uint8)
    for across, down in plants:
        inside = (x - across * width) ** 2 + (y - down * height) ** 2 < radius**2
        picture[inside] = (230, 60, 140)
    return picture


def encoded(picture: np.ndarray, kind: str) -> bytes:
    """The bytes of a photograph in a format that cameras and tools write."""
    stream = io.BytesIO()
    image = Image.fromarray(picture)
    if kind == "jpeg":
        image.save(stream, "JPEG")
    elif kind == "sideways":
        exif = Image.Exif()
        exif[0x0112] = 6
        image.save(stream, "JPEG", exif=exif)
    elif kind == "grey":
        image.convert("L").save(stream, "PNG")
    elif kind == "16-bit":
        deep = np.asarray(image.convert("L")).astype(np.uint16) * 257
        Image.fromarray(deep).save(stream, "PNG")
    else:
        see_through = image.convert("RGBA")
        see_through.putalpha(image.convert("L").point(lambda value: 255 if value > 110 else 0))
        see_through.save(stream, "PNG")
    return stream.getvalue()


def is_sound(crop: Crop, content: bytes) -> bool:
    header, square = read_header(content), crop.square
    inside = min(square.x, square.y) >= 0
    inside &= square.right <= header.width and square.bottom <= header.height
    tight = crop.choice == "tight" and crop.subject is not None
    return square.width == square.height >= 1 and inside and (tight or bool(crop.reason))


@settings(max_examples=40)
@given(
    width=some.integers(1, 300),
    height=some.integers(1, 300),
    plants=some.lists(some.tuples(some.floats(0, 1), some.floats(0, 1)), max_size=4),
    radius=some.floats(0, 200),
    kind=some.sampled_from(["jpeg", "sideways", "grey", "16-bit", "see-through"]),
    preset=some.sampled_from(PRESETS),
    padding=some.sampled_from([0.0, 0.2, 1.0]),
    minimum=some.sampled_from([0.0, 0.5, 1.0]),
)
def test_every_photograph_gets_a_square_inside_it_and_a_reason_if_it_is_not_tight(
    width: int,
    height: int,
    plants: list[tuple[float, float]],
    radius: float,
    kind: str,
    preset: CropPreset,
    padding: float,
    minimum: float,
) -> None:
    content = encoded(scene(width, height, plants, radius), kind)
    changes = {"padding": padding, "minimum_side": minimum}
    assert is_sound(find_crop_in(content, preset.model_copy(update=changes)), content)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
@pytest.mark.parametrize(
    ("size", "reason"),
    [((300, 200), "nothing exceeds the threshold"), ((1, 1), "smaller than 16 pixels")],
    ids=["uniform", "one pixel"],
)
def test_without_a_subject_the_centre_is_used_and_the_reason_is_given(
    preset: CropPreset, size: tuple[int, int], reason: str
) -> None:
    content = encoded(np.full((size[1], size[0], 3), 90, np.uint8), "grey")
    crop = find_crop_in(content, preset)
    assert crop.square == centre_square(*size)
    assert reason in str(crop.reason)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
@pytest.mark.parametrize("size", [(2000, 100), (100, 2000)])
def test_a_panorama_of_one_to_twenty_gets_a_square(
    preset: CropPreset, size: tuple[int, int]
) -> None:
    content = encoded(scene(*size, [(0.8, 0.8)], 30), "jpeg")
    assert is_sound(find_crop_in(content, preset), content)


def test_fast_keeps_a_plant_at_the_edge_and_all_of_several_plants() -> None:
    at_edge = find_crop_in(encoded(scene(600, 400, [(0.02, 0.5)], 70), "jpeg"), FAST).square
    assert (at_edge.x, at_edge.y <= 135, at_edge.bottom >= 265) == (0, True, True)
    several = [(0.3, 0.3), (0.55, 0.6), (0.3, 0.65)]
    crop = find_crop_in(encoded(scene(600, 400, several, 35), "jpeg"), FAST).square
    for across, down in several:
        assert crop.x <= across * 600 - 30
        assert across * 600 + 30 <= crop.right
        assert crop.y <= down * 400 - 30
        assert down * 400 + 30 <= crop.bottom


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_truncated_file_is_named(preset: CropPreset, tmp_path: Path) -> None:
    file = tmp_path / "torn.jpg"
    content = encoded(scene(300, 200, [(0.5, 0.5)], 50), "jpeg")
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(UnreadableImage, match=r"torn\.jpg is damaged"):
        find_crop_in(file, preset)


@pytest.mark.parametrize("side", [64, 448, 900])
def test_cropping_in_one_call_equals_finding_the_crop_separately(side: int) -> None:
    content = encoded(scene(1600, 1200, [(0.25, 0.3)], 200), "jpeg")
    crop, picture = read_cropped(content, FAST, side)
    assert crop == find_crop_in(content, FAST)
    assert picture.shape == (side, side, 3)
