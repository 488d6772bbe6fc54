"""The memory needed to import and read photographs of 61 megapixels."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.images.decode import read_rgb
from engine.images.limits import decoding_bytes
from tests.conftest import PROJECT

WIDTH, HEIGHT = 9_504, 6_336
IMPORT = """
import re, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from engine.home import open_home
from engine.images.store import ImageStore

folder = Path(sys.argv[1])
store = ImageStore(open_home(folder / "home"))
with ThreadPoolExecutor(16) as pool:
    kept = list(pool.map(store.keep, sorted(folder.glob("*.jpg"))))
assert {(image.width, image.height) for image in kept} == {(9504, 6336)}
print(int(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
@pytest.mark.parametrize(
    "is_progressive", [False, pytest.param(True, marks=[pytest.mark.slow, pytest.mark.alone])]
)
def test_sixteen_threads_import_61_megapixels_in_less_than_2_gb(
    tmp_path: Path, is_progressive: bool
) -> None:
    stream = io.BytesIO()
    picture = Image.new("RGB", (WIDTH, HEIGHT), (40, 110, 40))
    picture.save(stream, "JPEG", quality=50, progressive=is_progressive)
    for number in range(16):
        # Bytes after the end make each a different file.
        (tmp_path / f"{number}.jpg").write_bytes(stream.getvalue() + bytes([number]))
    command = [sys.executable, "-c", IMPORT, str(tmp_path)]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert int(ended.stdout) < 2_000


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_image_read_in_bands_equals_one_read_at_once(orientation: int) -> None:
    rows, columns = np.mgrid[:1_700, :2_500]
    picture = np.stack([rows % 251, columns % 241, (rows + columns) % 239], -1).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG", compress_level=1, exif=exif)
    turned = {
        1: picture,
        2: picture[:, ::-1],
        3: picture[::-1, ::-1],
        4: picture[::-1],
        5: picture.transpose(1, 0, 2),
        6: np.rot90(picture, -1),
        7: picture[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(picture, 1),
    }
    assert (read_rgb(stream.getvalue()) == turned[orientation]).all()


def test_a_large_image_that_is_not_a_jpeg_is_reduced_if_a_small_one_is_requested() -> None:
    stream = io.BytesIO()
    picture = Image.linear_gradient("L").resize((5_001, 3_999))
    picture.save(stream, "PNG", compress_level=1)
    small = read_rgb(stream.getvalue(), least_side=448)
    assert small.shape == (500, 626, 3)
    assert np.abs(small[..., 0].astype(int) - np.asarray(picture.reduce(8))).max() <= 1
    assert read_rgb(stream.getvalue(), least_side=3_000).shape == (3_999, 5_001, 3)


@pytest.mark.parametrize(
    ("kind", "mode", "options", "depth"),
    [
        ("JPEG", "RGB", {}, 4),
        ("JPEG", "RGB", {"progressive": True}, 7),
        ("JPEG", "RGB", {"progressive": True, "subsampling": 0}, 10),
        ("JPEG", "L", {}, 1),
        ("PNG", "RGBA", {}, 4),
        ("PNG", "I;16", {}, 2),
        ("TIFF", "F", {}, 4),
        ("TIFF", "F", {"compression": "tiff_deflate", "tiffinfo": {278: 64}}, 8),
        ("GIF", "P", {}, 1),
        ("WEBP", "RGB", {}, 17),
    ],
)
def test_decoding_reserves_memory_by_format_and_depth(
    kind: str, mode: str, options: dict[str, object], depth: int
) -> None:
    stream = io.BytesIO()
    Image.new(mode, (64, 64)).save(stream, kind, **options)
    with Image.open(stream) as image:
        assert decoding_bytes(image, image.size) == depth * 64 * 64
