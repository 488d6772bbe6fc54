"""Measuring a photograph's pixels: perceptual hash, sharpness, brightness, information."""

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.embeddings.features import Features, features_of
from engine.errors import UnreadableImage
from engine.images.decode import Pixels, read_header, read_rgb
from engine.language.message import Message

SIDE = 256
"""Short side in pixels at which photographs are measured, so that their size has no effect."""
_CELLS = 6
_SHARPEST = 90
_HASHED_SIDE, _HASH_SIDE = 32, 8
_FLAT = 2.0


class Measures(NamedTuple):
    """The measures of one photograph.

    `width` and `height` are pixels after EXIF rotation. `phash` is 16 hex digits, empty if the
    picture is nearly uniform. `sharpness` is the variance of the Laplacian of grey values (0 to
    255) in the sharpest parts. `dark` and `bright` are the 95th and 5th percentiles of the grey
    values. `information` is the entropy of the grey values in bits (0 to 8). `trouble` is the
    reason why measuring failed, or None.
    """

    width: int = 0
    height: int = 0
    phash: str = ""
    sharpness: float = 0.0
    dark: float = 0.0
    bright: float = 0.0
    information: float = 0.0
    trouble: Message | None = None


class MeasuredPhotograph(NamedTuple):
    """The measures of one photograph, and its features unless measuring failed."""

    measures: Measures
    features: Features | None = None


def measure_photograph(file: Path) -> MeasuredPhotograph:
    """Measure a photograph; for an unreadable file, only `trouble` is set.

    Raises:
        BadInput: the weights of EfficientNet-Lite0 are not installed, or damaged.
    """
    try:
        header = read_header(file)
        pixels = read_rgb(file, least_side=SIDE)
    except UnreadableImage as error:
        return MeasuredPhotograph(Measures(trouble=error.message))
    return MeasuredPhotograph(of_pixels(pixels, header.width, header.height), features_of(pixels))


def of_pixels(pixels: Pixels, width: int, height: int) -> Measures:
    """Measure RGB pixels of any size (h, w, 3); `width` and `height` are the photograph's."""
    grey = _at_size(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8))
    light = np.percentile(grey, [95, 5])
    return Measures(
        width,
        height,
        perceptual_hash(grey),
        _sharpness(grey),
        float(light[0]),
        float(light[1]),
        _entropy(grey),
    )


def perceptual_hash(grey: NDArray[np.uint8]) -> str:
    """A hash of 16 hex digits that is similar for similar pictures; empty for a uniform one.

    The signs, against their median, of the 64 lowest frequencies of a discrete cosine transform
    at 32 x 32 pixels (pHash; Zauner, Implementation and Benchmarking of Perceptual Image Hash
    Functions, 2010).
    """
    small = cv2.resize(grey, (_HASHED_SIDE, _HASHED_SIDE), interpolation=cv2.INTER_AREA)
    if small.std() < _FLAT:
        return ""
    low = cv2.dct(small.astype(np.float32))[:_HASH_SIDE, :_HASH_SIDE].ravel()
    # Without the first coefficient, the mean brightness, which would distort the median.
    bits = low > np.median(low[1:])
    return np.packbits(bits).tobytes().hex()


def _at_size(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = grey.shape
    ratio = SIDE / min(height, width)
    if ratio >= 1:
        return grey
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _sharpness(grey: NDArray[np.uint8]) -> float:
    """The variance of the Laplacian (Pech-Pacheco et al., 2000): 90th percentile of 36 parts.

    The sharpest parts count, because a good plant photograph may have a blurred background.
    """
    edges = cv2.Laplacian(grey, cv2.CV_32F)
    rows = np.array_split(edges, _CELLS, axis=0)
    cells = [
        cell.var() for row in rows for cell in np.array_split(row, _CELLS, axis=1) if cell.size
    ]
    return float(np.percentile(cells, _SHARPEST))


def _entropy(grey: NDArray[np.uint8]) -> float:
    counts = np.bincount(grey.ravel(), minlength=256)
    shares = counts[counts > 0] / grey.size
    return float(-(shares * np.log2(shares)).sum())
