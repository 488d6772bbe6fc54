"""Decompression bombs take little memory and time, and are rejected in a sentence."""

import io
import sys
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.bombs import BOMBS, MOST_MB, MOST_SECONDS, measured
from engine.errors import UnreadableImage
from engine.images.decode import decode_fully, read_header, read_rgb
from engine.images.limits import EXIF_LIMIT, FRAME_LIMIT, SCAN_LIMIT
from engine.images.store import ImageStore

pytestmark = pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")

SLOW_AND_ALONE = [pytest.mark.slow, pytest.mark.alone]
REPRESENTATIVE = [
    "png 110 megapixels of 16 bits",
    "jpeg of 5,000 scans",
    "webp of 2,000 frames",
    "tiff with a crowded directory",
    "gif with 20 MB of comment",
]
REFUSED = {
    "png header of 2,500 megapixels": "has more than 150.0 megapixels",
    "png of a million frames": f"has more than {FRAME_LIMIT:,} pictures",
    "png of a million chunks": "has more than 100,000 parts",
    "png with crowded EXIF": f"has more than {EXIF_LIMIT // 1024} kB of EXIF data",
    "jpeg header of 4,290 megapixels": "has more than 150.0 megapixels",
    "jpeg of a million segments": "has more than 100,000 parts",
    "webp of 2,000 frames": f"has more than {FRAME_LIMIT:,} pictures",
    "gif of 2,000 frames": f"has more than {FRAME_LIMIT:,} pictures",
    "gif with 20 MB of comment": "has more than 4,000 parts",
    "tiff of endless pages": f"has more than {FRAME_LIMIT:,} pictures",
    "tiff with a crowded directory": "has more than 64 MB of metadata",
    "tiff of one giant tile": "MB to decode; the limit is 480 MB",
    "bmp header of 900 megapixels": "has more than 150.0 megapixels",
}


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
@pytest.mark.parametrize(
    "name",
    [
        name if name in REPRESENTATIVE else pytest.param(name, marks=SLOW_AND_ALONE)
        for name in BOMBS
    ],
)
def test_no_bomb_takes_much_memory_or_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    cost = measured(BOMBS[name]())
    assert cost.megabytes < MOST_MB
    assert cost.seconds < MOST_SECONDS
    assert all(said == "taken" or said.endswith(".") for said in cost.said)


@pytest.mark.parametrize("name", REFUSED)
def test_a_bomb_is_rejected_by_every_reader_with_the_reason(
    name: str, store: ImageStore, tmp_path: Path
) -> None:
    content = BOMBS[name]()
    (tmp_path / "bomb.jpg").write_bytes(content)
    for door in (read_rgb, decode_fully):
        with pytest.raises(UnreadableImage, match=rf"^The photograph .*{REFUSED[name]}.*\.$"):
            door(content)
    with pytest.raises(UnreadableImage, match=rf"^bomb\.jpg .*{REFUSED[name]}.*\.$"):
        store.keep(tmp_path / "bomb.jpg")


def progressive(side: int, more_scans: int = 0) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (side, side), (9, 99, 9)).save(stream, "JPEG", progressive=True)
    content = stream.getvalue()
    last, end = content.rindex(b"\xff\xda"), len(content) - 2
    return content[:end] + content[last:end] * more_scans + content[end:]


def test_the_number_of_scans_of_a_jpeg_is_limited() -> None:
    usual = progressive(64).count(b"\xff\xda")
    assert read_rgb(progressive(64, SCAN_LIMIT - usual)).shape == (64, 64, 3)
    with pytest.raises(UnreadableImage, match=f"JPEG of more than {SCAN_LIMIT} scans"):
        read_header(progressive(64, SCAN_LIMIT - usual + 1))


def test_bytes_that_look_like_scans_after_a_photograph_are_not_counted() -> None:
    """The video that a phone appends to a photograph contains arbitrary bytes."""
    assert read_rgb(progressive(64) + b"\xff\xda" * 500).shape == (64, 64, 3)


def test_an_ordinary_photograph_is_not_a_bomb(make_image) -> None:
    for ending in ("jpg", "png", "webp", "tif", "gif", "bmp", "avif"):
        assert read_rgb(make_image(f"a.{ending}", width=900, height=700)).shape == (700, 900, 3)
