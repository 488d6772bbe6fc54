"""Converting a decoded picture of any mode to upright RGB, in bands, without a full copy."""

from collections.abc import Iterator
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

_ORIENTATION = 0x0112
SIDEWAYS = (5, 6, 7, 8)
# An ordinary picture is one band; a band of a large picture is small compared with it.
_ORDINARY_PIXELS = 4_000_000
_BAND_PIXELS = 500_000


def upright_rgb(image: Image.Image, reduction: int = 1) -> Pixels:
    """Convert a decoded picture to (height, width, 3) RGB, rotated according to its EXIF data.

    Each pixel is the mean of `reduction` x `reduction` pixels. Transparency is composited on
    white, and 16 bits are scaled to 8.
    """
    size = ceil(image.height / reduction), ceil(image.width / reduction)
    orientation = image.getexif().get(_ORIENTATION, 1)
    scale = _float_scale(image) if image.mode == "F" else 1
    if image.width * image.height <= _ORDINARY_PIXELS and reduction == 1 and orientation == 1:
        return np.asarray(_to_rgb(image, scale), dtype=np.uint8)
    upright = np.empty((*(size[::-1] if orientation in SIDEWAYS else size), 3), np.uint8)
    stored = _as_stored(upright, orientation)
    for top, band in _bands(image, reduction):
        rgb = _to_rgb(band, scale)
        if reduction > 1:
            rgb = rgb.reduce(reduction)
        first = top // reduction
        stored[first : first + rgb.height] = np.asarray(rgb)
    return upright


def _bands(image: Image.Image, reduction: int) -> Iterator[tuple[int, Image.Image]]:
    rows = max(1, _BAND_PIXELS // image.width // reduction) * reduction
    if image.width * image.height <= _ORDINARY_PIXELS:
        yield 0, image
        return
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(image.height, top + rows)))


def _as_stored(upright: Pixels, orientation: int) -> Pixels:
    """A view of the upright picture with the file's row order, for writing its rows."""
    match orientation:
        case 2:
            return upright[:, ::-1]
        case 3:
            return upright[::-1, ::-1]
        case 4:
            return upright[::-1]
        case 5:
            return upright.transpose(1, 0, 2)
        case 6:
            return np.rot90(upright, 1)
        case 7:
            return upright.transpose(1, 0, 2)[::-1, ::-1]
        case 8:
            return np.rot90(upright, -1)
        case _:
            return upright


def _float_scale(image: Image.Image) -> int:
    """The maximum of floating-point values: 1 or 255."""
    bands = (np.nan_to_num(np.asarray(band)) for _, band in _bands(image, 1))
    return 255 if max(float(band.max(initial=0)) for band in bands) <= 1 else 1


def _to_rgb(image: Image.Image, scale: int) -> Image.Image:
    if image.mode.startswith("I"):
        values = np.asarray(image, dtype=np.float32) / 257
        return Image.fromarray(values.clip(0, 255).round().astype(np.uint8)).convert("RGB")
    if image.mode == "F":
        values = np.nan_to_num(np.asarray(image))
        return Image.fromarray((values * scale).clip(0, 255).astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")
