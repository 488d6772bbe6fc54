"""The features that find copies of a photograph: a direction and a thumbnail.

The direction is a linear projection of the crop network's pooled features and of the picture's
outlines. The projection is a linear discriminant analysis: it whitens the differences between
copies, and keeps the directions in which photographs differ most. The angle between copies is then
small. `python -m benchmarks.duplicates --learn` computes the projection.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.crop.learned import installed_session, squared
from engine.embeddings.border import without_border
from engine.embeddings.outlines import SIDE, outlines_of
from engine.images.decode import Pixels

Direction = NDArray[np.int8]
Thumbnail = NDArray[np.uint8]

VERSION = 1
"""The version of the features; those of different versions cannot be compared."""
DIRECTIONS = 128
"""The number of components of a direction."""
THUMBNAIL = 28
"""The side of a thumbnail in pixels."""
LEVELS = 32
"""The number of grey levels of a thumbnail."""
UNIT = 127
"""The length of a direction."""
POOLED = Path(__file__).with_name("pooled.onnx")
PROJECTION = Path(__file__).with_name("projection.npy")
_BITS = 5
_OUTLINE_WEIGHT = 20
_PLAIN = 2.0
_LEAST_RANGE = 16


class Features(NamedTuple):
    """The features of a photograph.

    `direction` is (DIRECTIONS,) and has the length UNIT. `thumbnail` is (THUMBNAIL, THUMBNAIL),
    with values below LEVELS. Both are empty if the picture has too little contrast.
    """

    direction: Direction
    thumbnail: Thumbnail


PLAIN = Features(np.zeros(0, np.int8), np.zeros((0, 0), np.uint8))


def features_of(pixels: Pixels) -> Features:
    """Compute the features of an RGB picture (height, width, 3).

    Raises:
        BadInput: the weights of EfficientNet-Lite0 are not installed, or damaged.
    """
    inside = without_border(pixels)
    grey = np.asarray(cv2.cvtColor(inside, cv2.COLOR_RGB2GRAY), np.uint8)
    small = _square(grey, SIDE)
    if small.std() < _PLAIN:
        return PLAIN
    offset, projection = _projection()
    found = _described(inside, small) @ projection + offset
    direction = np.rint(found * (UNIT / np.linalg.norm(found))).astype(np.int8)
    return Features(direction, _thumbnail(grey))


def pooled_features(pixels: Pixels) -> NDArray[np.float32]:
    """The input of the projection for an RGB picture (height, width, 3): (values,).

    Raises:
        BadInput: the weights of EfficientNet-Lite0 are not installed, or damaged.
    """
    inside = without_border(pixels)
    grey = np.asarray(cv2.cvtColor(inside, cv2.COLOR_RGB2GRAY), np.uint8)
    return _described(inside, _square(grey, SIDE))


def packed(thumbnail: Thumbnail) -> bytes:
    """A thumbnail as 490 bytes, five bits per pixel."""
    bits = np.unpackbits(thumbnail.reshape(-1, 1), axis=1)[:, -_BITS:]
    return np.packbits(bits).tobytes()


def unpacked(content: bytes) -> Thumbnail:
    """The inverse of `packed`."""
    pixels = THUMBNAIL * THUMBNAIL
    bits = np.unpackbits(np.frombuffer(content, np.uint8))[: pixels * _BITS].reshape(pixels, _BITS)
    weights = 1 << np.arange(_BITS - 1, -1, -1, dtype=np.uint8)
    values = (bits * weights).sum(axis=1, dtype=np.uint8)
    return np.asarray(values.reshape(THUMBNAIL, THUMBNAIL), np.uint8)


def _described(inside: Pixels, small: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The pooled features of an RGB picture, followed by the outlines of its grey square."""
    (pooled,) = installed_session(POOLED).run(None, {"square": squared(inside)})
    return np.concatenate([pooled[0], _OUTLINE_WEIGHT * outlines_of(small)])


def _thumbnail(grey: NDArray[np.uint8]) -> Thumbnail:
    small = _square(grey, THUMBNAIL).astype(np.float32)
    low, high = np.percentile(small, [1, 99])
    scaled = (small - low) / max(high - low, _LEAST_RANGE) * (LEVELS - 1)
    return np.asarray(np.clip(np.rint(scaled), 0, LEVELS - 1), np.uint8)


def _square(grey: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


@cache
def _projection() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The offset (DIRECTIONS,) and the projection (values, DIRECTIONS)."""
    rows = np.load(PROJECTION).astype(np.float32)
    return rows[0], rows[1:]
