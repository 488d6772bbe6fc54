"""Cutting out the square gives the same image at every decoding scale."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from engine.crop.apply import central, cut, read_square
from engine.crop.box import Box, centre_square
from engine.errors import UnreadableImage
from engine.images.decode import read_header, read_rgb


def smooth(width: int, height: int, seed: int = 0) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


@pytest.fixture
def camera_file(tmp_path: Path) -> Path:
    Image.fromarray(smooth(2000, 1500)).save(tmp_path / "a.jpg", quality=92)
    return tmp_path / "a.jpg"


@pytest.mark.parametrize("side", [64, 224, 384, 448, 1600])
@pytest.mark.parametrize("square", [Box(0, 0, 1500, 1500), Box(813, 377, 601, 601)])
def test_a_draft_gives_the_same_image_as_the_whole_file(
    camera_file: Path, square: Box, side: int
) -> None:
    quick = read_square(camera_file, square, side)
    whole = cut(read_rgb(camera_file), square, (2000, 1500), side)
    assert quick.shape == whole.shape == (side, side, 3)
    assert np.abs(quick.astype(int) - whole).mean() < 2


def test_real_photographs_are_the_same_when_decoded_at_a_fraction(photos: Path) -> None:
    for file in sorted((photos / "flowers" / "tulips").iterdir())[:10]:
        header = read_header(file)
        square = centre_square(header.width, header.height)
        quick = read_square(file, square, 64)
        whole = cut(read_rgb(file), square, (header.width, header.height), 64)
        # Two resize methods differ in the finest detail; everything coarser is the same.
        coarse = [
            cv2.resize(picture, (16, 16), interpolation=cv2.INTER_AREA)
            for picture in (quick, whole)
        ]
        assert np.abs(coarse[0].astype(int) - coarse[1]).mean() < 3


def test_a_square_refers_to_the_upright_photograph(tmp_path: Path) -> None:
    picture = Image.new("RGB", (200, 100), "green")
    picture.paste("red", (0, 0, 50, 50))
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(tmp_path / "a.jpg", exif=exif, quality=95)
    upright_corner = read_square(tmp_path / "a.jpg", Box(50, 0, 50, 50), 20)
    assert upright_corner[..., 0].mean() > 200


def test_a_file_and_its_bytes_give_the_same_square(camera_file: Path) -> None:
    square = Box(100, 100, 400, 400)
    from_bytes = read_square(camera_file.read_bytes(), square, 96)
    assert (read_square(camera_file, square, 96) == from_bytes).all()


def test_enough_is_decoded_for_the_square(camera_file: Path) -> None:
    rows, columns = np.mgrid[:1500, :2000]
    checks = np.where((rows + columns) % 2, 255, 0).astype(np.uint8)
    Image.fromarray(checks).save(camera_file, quality=95)
    # At its own size, a draft would have blurred the checkerboard.
    square = read_square(camera_file, Box(300, 300, 224, 224), 224)
    assert square.std() > 100


@given(
    width=some.integers(1, 300),
    height=some.integers(1, 300),
    side=some.integers(1, 64),
    where=some.tuples(some.floats(0, 1), some.floats(0, 1), some.floats(0.01, 1)),
)
def test_any_square_of_any_image_has_the_requested_side(
    width: int, height: int, side: int, where: tuple[float, float, float]
) -> None:
    across = max(1, round(where[2] * min(width, height)))
    square = Box(
        round(where[0] * (width - across)), round(where[1] * (height - across)), across, across
    )
    picture = np.full((height, width, 3), 77, np.uint8)
    assert (cut(picture, square, (width, height), side) == 77).all()
    assert cut(picture, square, (width, height), side).shape == (side, side, 3)


def test_a_square_from_a_larger_version_is_cut_inside_the_image() -> None:
    picture = np.zeros((10, 10, 3), np.uint8)
    assert cut(picture, Box(500, 500, 100, 100), (10, 10), 8).shape == (8, 8, 3)


def test_a_damaged_photograph_is_rejected_by_name(camera_file: Path) -> None:
    camera_file.write_bytes(camera_file.read_bytes()[:3000])
    with pytest.raises(UnreadableImage, match=r"^a\.jpg is damaged"):
        read_square(camera_file, Box(0, 0, 100, 100), 64)


@pytest.mark.parametrize(("shape", "side"), [((10, 10), 4), ((11, 10), 5), ((448, 448), 384)])
def test_the_centre_square_is_centred(shape: tuple[int, int], side: int) -> None:
    picture = np.dstack([*np.mgrid[: shape[0], : shape[1]], np.zeros(shape)]).astype(np.uint16)
    middle = central(picture, side)
    assert middle.shape == (side, side, 3)
    for axis in (0, 1):
        before = int(middle[0, 0, axis])
        after = shape[axis] - 1 - int(middle[-1, -1, axis])
        assert abs(before - after) <= 1


def test_the_centre_of_an_image_of_that_side_is_the_whole_image() -> None:
    picture = smooth(32, 32)
    assert (central(picture, 32) == picture).all()
