"""A file that is not a photograph is rejected by name, in a sentence."""

import random
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from engine.errors import UnreadableImage
from engine.images.decode import PIXEL_LIMIT, called, decode_fully, read_header, read_rgb

# Pillow warns of damage before it fails; pytest resets the filter that the engine sets.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")

ENDINGS = ["jpg", "png", "webp", "tif", "gif", "bmp", "avif"]


def png_header(width: int, height: int) -> bytes:
    """A PNG that declares a size and contains almost nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def test_an_empty_file_is_rejected_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    for read in (read_header, read_rgb):
        with pytest.raises(UnreadableImage, match=r"^a\.jpg is empty\.$"):
            read(tmp_path / "a.jpg")


def test_a_text_named_jpg_is_rejected_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("A rose is a rose is a rose.")
    with pytest.raises(UnreadableImage, match=r"^a\.jpg is not a photograph in a known format\.$"):
        read_rgb(tmp_path / "a.jpg")


def test_a_missing_file_and_a_folder_are_rejected_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImage, match=r"^gone\.jpg does not exist\.$"):
        read_rgb(tmp_path / "gone.jpg")
    (tmp_path / "folder.jpg").mkdir()
    with pytest.raises(UnreadableImage, match=r"^folder\.jpg cannot be opened: .*\.$"):
        read_rgb(tmp_path / "folder.jpg")


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_truncated_file_is_rejected_by_name(make_image, ending: str, share: float) -> None:
    file = make_image(f"a.{ending}", width=200, height=200)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(UnreadableImage, match=rf"^a\.{ending} .*[^.]\.$"):
        read_rgb(file)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("share", [0.3, 0.9, 0.99])
def test_a_truncated_file_is_described_in_plain_words(
    make_image, ending: str, share: float
) -> None:
    content = make_image(f"a.{ending}", width=200, height=200).read_bytes()
    cut = content[: int(len(content) * share)]
    for read in (read_rgb, decode_fully):
        with pytest.raises(
            UnreadableImage, match=r"^The photograph is damaged: it is cut short\.$"
        ):
            read(cut)


@pytest.mark.parametrize(
    ("ending", "save"),
    [
        ("webp", {"lossless": True}),
        ("tif", {"compression": "tiff_lzw"}),
        ("avif", {"save_all": True, "append_images": [Image.new("RGB", (60, 40))]}),
    ],
)
def test_a_truncated_file_of_a_rare_format_is_reported_as_truncated(
    make_image, ending: str, save: dict[str, object]
) -> None:
    file = make_image(f"a.{ending}", width=60, height=40, **save)
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(UnreadableImage, match=rf"^a\.{ending} is damaged: it is cut short\.$"):
        read_rgb(file)


def test_a_damaged_file_of_full_length_is_not_reported_as_truncated(make_image) -> None:
    content = bytearray(make_image("a.webp").read_bytes())
    content[20:30] = bytes(10)
    with pytest.raises(UnreadableImage, match=r"^The photograph cannot be opened: (?!.*short)"):
        read_rgb(bytes(content))


def test_the_caller_names_the_bytes_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImage, match=r"^a\.jpg is empty\.$"), called("a.jpg"):
        read_rgb(b"")
    with pytest.raises(UnreadableImage, match=r"^gone\.jpg does not exist"), called("a.jpg"):
        read_rgb(tmp_path / "gone.jpg")


def test_bytes_without_a_file_are_called_the_photograph() -> None:
    with pytest.raises(UnreadableImage, match=r"^The photograph is empty\.$"):
        read_rgb(b"")
    with pytest.raises(UnreadableImage, match=r"^The photograph is not a photograph"):
        read_rgb(b"text")


@pytest.mark.parametrize("ending", ENDINGS)
def test_damaged_bytes_are_read_or_rejected_without_a_crash(make_image, ending: str) -> None:
    whole = make_image(f"a.{ending}", width=40, height=30).read_bytes()
    chance = random.Random(0)
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.choice([1, 3, 20])):
            damaged[chance.randrange(min(len(whole), chance.choice([60, 400, len(whole)])))] = (
                chance.randrange(256)
            )
        try:
            header, picture = read_header(bytes(damaged)), read_rgb(bytes(damaged))
        except UnreadableImage as error:
            assert str(error).startswith("The photograph ")
        else:
            assert picture.shape == (header.height, header.width, 3)


@pytest.mark.parametrize("size", [(12_500, 12_500), (50_000, 50_000), (2**31 - 1, 2**31 - 1)])
def test_a_small_file_with_too_many_pixels_is_rejected(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    (tmp_path / "bomb.png").write_bytes(png_header(*size))
    assert size[0] * size[1] > PIXEL_LIMIT
    for read in (read_header, read_rgb):
        with pytest.raises(UnreadableImage, match=r"^bomb\.png has more than 150\.0 megapixels"):
            read(tmp_path / "bomb.png")
