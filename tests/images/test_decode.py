"""Decode the files that cameras, tools and accidents produce."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from engine.images.decode import read_header, read_rgb

ENDINGS = ["jpg", "png", "webp", "tif", "gif", "bmp", "avif"]

# The red corner of an upright photograph, by EXIF orientation. The sensor has it at the top left:
# the value says how the camera was held.
RED_CORNER = {
    1: "top left",
    2: "top right",
    3: "bottom right",
    4: "bottom left",
    5: "top left",
    6: "top right",
    7: "bottom right",
    8: "bottom left",
}


def red_corner(picture: np.ndarray) -> str:
    redness = picture[..., 0].astype(int) - picture[..., 1]
    row, column = np.argwhere(redness > 100).mean(0)
    down = "top" if row < picture.shape[0] / 2 else "bottom"
    return f"{down} {'left' if column < picture.shape[1] / 2 else 'right'}"


def with_orientation(path: Path, orientation: int, size: tuple[int, int] = (120, 80)) -> Path:
    """A photograph of that size as the sensor saw it, with a red corner at its top left."""
    picture = Image.new("RGB", size, (60, 120, 60))
    picture.paste((250, 10, 10), (0, 0, size[0] // 4, size[1] // 4))
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture.save(path, exif=exif)
    return path


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_format_gives_size_and_pixels(make_image, ending: str) -> None:
    file = make_image(f"a.{ending}", width=70, height=50)
    header = read_header(file)
    picture = read_rgb(file)
    assert (header.width, header.height) == (70, 50)
    assert picture.shape == (50, 70, 3)
    assert picture.dtype == np.uint8


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_and_its_bytes_are_the_same_photograph(make_image, ending: str) -> None:
    file = make_image(f"a.{ending}")
    assert read_header(file) == read_header(file.read_bytes())
    assert (read_rgb(file) == read_rgb(file.read_bytes())).all()


def test_the_format_is_read_from_the_bytes_not_the_name(make_image, tmp_path: Path) -> None:
    file = make_image("a.png").rename(tmp_path / "a.jpg")
    assert read_header(file).format == "PNG"
    assert read_rgb(file).shape == (48, 64, 3)


@pytest.mark.parametrize("orientation", RED_CORNER)
@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif"])
def test_every_exif_orientation_is_turned_upright(
    tmp_path: Path, ending: str, orientation: int
) -> None:
    file = with_orientation(tmp_path / f"a.{ending}", orientation)
    picture, header = read_rgb(file), read_header(file)
    assert picture.shape[:2] == (header.height, header.width)
    assert (header.width, header.height) == ((120, 80) if orientation < 5 else (80, 120))
    assert red_corner(picture) == RED_CORNER[orientation]


@pytest.mark.parametrize("orientation", [0, 9, 255])
def test_an_invalid_orientation_is_ignored(tmp_path: Path, orientation: int) -> None:
    file = with_orientation(tmp_path / "a.jpg", orientation)
    assert read_rgb(file).shape == (80, 120, 3)
    assert read_header(file).width == 120


def test_exif_after_the_pixels_of_a_png_applies_to_header_and_pixels(tmp_path: Path) -> None:
    content = with_orientation(tmp_path / "a.png", 6).read_bytes()
    start = content.index(b"eXIf") - 4
    length = 12 + struct.unpack(">I", content[start : start + 4])[0]
    exif, rest = content[start : start + length], content[:start] + content[start + length :]
    end = rest.index(b"IEND") - 4
    moved = rest[:end] + exif + rest[end:]
    assert (read_header(moved).width, read_header(moved).height) == (80, 120)
    assert read_rgb(moved).shape == (120, 80, 3)


@pytest.mark.parametrize("orientation", RED_CORNER)
@pytest.mark.parametrize("least", [1, 30, 50, 99, 100, 101, 199, 200, 399, 400, 1000])
def test_a_draft_has_the_requested_side_and_is_upright(
    tmp_path: Path, orientation: int, least: int
) -> None:
    file = with_orientation(tmp_path / "a.jpg", orientation, size=(601, 403))
    full, draft = read_rgb(file), read_rgb(file, least_side=least)
    assert min(draft.shape[:2]) >= min(least, 403)
    assert (draft.shape[0] > draft.shape[1]) == (full.shape[0] > full.shape[1])
    assert red_corner(draft) == RED_CORNER[orientation]


@given(
    width=some.integers(1, 300),
    height=some.integers(1, 300),
    least=some.integers(1, 400),
    mode=some.sampled_from(["RGB", "L", "CMYK"]),
)
def test_no_draft_is_smaller_than_requested(width: int, height: int, least: int, mode: str) -> None:
    stream = io.BytesIO()
    Image.new(mode, (width, height)).save(stream, "JPEG")
    draft = read_rgb(stream.getvalue(), least_side=least)
    assert min(draft.shape[:2]) >= min(least, width, height)
    assert draft.shape[1] / draft.shape[0] == pytest.approx(width / height, rel=0.15, abs=1)


def test_a_draft_of_a_large_photograph_is_smaller_than_the_photograph(make_image) -> None:
    file = make_image("a.jpg", width=1600, height=1200)
    assert read_rgb(file, least_side=160).shape == (300, 400, 3)
    assert read_rgb(file, least_side=150).shape == (150, 200, 3)


def test_sixteen_bit_grey_is_scaled_to_eight(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 256).round().astype(np.uint16).reshape(16, 16)
    for ending in ("png", "tif"):
        Image.fromarray(ramp).save(tmp_path / f"a.{ending}")
        picture = read_rgb(tmp_path / f"a.{ending}")
        assert (picture[..., 0] == picture[..., 2]).all()
        assert np.abs(picture[..., 0].ravel().astype(int) - np.arange(256)).max() <= 1


def test_sixteen_bit_colour_is_scaled_to_eight(tmp_path: Path) -> None:
    cv2 = pytest.importorskip("cv2")
    ramp = np.linspace(0, 65535, 256).round().astype(np.uint16).reshape(16, 16)
    colours = np.stack([ramp, ramp[::-1], np.full_like(ramp, 40_000)], -1)
    expected = (colours.astype(float) / 257).round()
    for ending in ("png", "tif"):
        file = tmp_path / f"a.{ending}"
        cv2.imwrite(str(file), colours[..., ::-1])
        assert np.abs(read_rgb(file) - expected).max() <= 1


def test_a_rotated_sixteen_bit_photograph_is_turned_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.zeros((20, 30), np.uint16)).save(tmp_path / "a.png", exif=exif)
    assert read_rgb(tmp_path / "a.png").shape == (30, 20, 3)


@pytest.mark.parametrize(("scale", "expected"), [(1.0, 255), (200.0, 200)])
def test_floating_point_grey_is_converted_to_eight_bits(
    tmp_path: Path, scale: float, expected: int
) -> None:
    values = np.full((4, 4), scale, np.float32)
    values[0, 0] = np.nan
    Image.fromarray(values).save(tmp_path / "a.tif")
    picture = read_rgb(tmp_path / "a.tif")
    assert (picture[1, 1] == expected).all()
    assert (picture[0, 0] == 0).all()


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    Image.new("CMYK", (32, 32), (0, 255, 255, 0)).save(tmp_path / "a.jpg")
    red, green, blue = read_rgb(tmp_path / "a.jpg")[16, 16].tolist()
    assert red > 200
    assert max(green, blue) < 60


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "YCbCr", "LAB", "HSV"])
def test_every_mode_becomes_three_channels(tmp_path: Path, mode: str) -> None:
    picture = Image.new("RGB", (8, 6), "white")
    if mode == "LAB":
        Image.new("LAB", (8, 6)).save(tmp_path / "a.tif")
    elif mode in ("YCbCr", "HSV"):
        picture.convert(mode).convert("RGB").save(tmp_path / "a.tif")
    else:
        picture.convert(mode).save(tmp_path / "a.tif")
    assert read_rgb(tmp_path / "a.tif").shape == (6, 8, 3)


@pytest.mark.parametrize(
    ("mode", "colour"), [("RGBA", (0, 0, 0, 0)), ("LA", (0, 0)), ("RGBA", (0, 0, 0, 128))]
)
def test_transparency_is_composited_on_white(
    tmp_path: Path, mode: str, colour: tuple[int, ...]
) -> None:
    Image.new(mode, (8, 6), colour).save(tmp_path / "a.png")
    expected = 255 - colour[-1]
    assert np.abs(read_rgb(tmp_path / "a.png").astype(int) - expected).max() <= 1


def test_a_transparent_palette_colour_is_composited_on_white(tmp_path: Path) -> None:
    picture = Image.new("P", (8, 6), 0)
    picture.putpalette([10, 20, 30, 200, 100, 50])
    picture.putpixel((3, 3), 1)
    for ending in ("png", "gif"):
        picture.save(tmp_path / f"a.{ending}", transparency=0)
        pixels = read_rgb(tmp_path / f"a.{ending}")
        assert (pixels[0, 0] == 255).all()
        assert pixels[3, 3].tolist() == [200, 100, 50]


@pytest.mark.parametrize("ending", ["gif", "webp", "png", "tif"])
def test_the_first_frame_of_an_animation_is_used(tmp_path: Path, ending: str) -> None:
    first, second = Image.new("RGB", (20, 10), (250, 0, 0)), Image.new("RGB", (20, 10), (0, 0, 250))
    first.save(tmp_path / f"a.{ending}", save_all=True, append_images=[second])
    pixels = read_rgb(tmp_path / f"a.{ending}")
    assert pixels.shape == (10, 20, 3)
    assert pixels[5, 5, 0] > 200 > 60 > pixels[5, 5, 2]


@pytest.mark.parametrize("ending", ENDINGS)
def test_one_pixel_is_a_photograph(make_image, ending: str) -> None:
    file = make_image(f"a.{ending}", width=1, height=1)
    assert read_rgb(file).shape == (1, 1, 3)
    assert read_rgb(file, least_side=160).shape == (1, 1, 3)


def test_real_photographs_decode_the_same_at_a_fraction(photos: Path) -> None:
    for file in sorted((photos / "flowers" / "daisy").iterdir())[:10]:
        full, draft = read_rgb(file), read_rgb(file, least_side=80)
        assert min(draft.shape[:2]) >= min(80, *full.shape[:2])
        assert np.abs(full.mean((0, 1)) - draft.mean((0, 1))).max() < 3
