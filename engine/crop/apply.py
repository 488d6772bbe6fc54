"""From a photograph and its square to that square, resized.

Training, evaluation, prediction and the crop lab all call these functions.
"""

import math
from pathlib import Path

import cv2
import numpy as np

from engine.crop.box import Box
from engine.images.decode import Pixels, read_header, read_rgb


def read_square(
    source: Path | bytes, square: Box, side: int, whole: tuple[int, int] | None = None
) -> Pixels:
    """Decode a photograph, cut out `square` and resize it: (side, side, 3) RGB.

    No more of a JPEG is decoded than the result needs. Where the source is a small copy, `square`
    is in pixels of the photograph itself, whose width and height are `whole`.

    Raises:
        UnreadableImage: no photograph, damaged, or too large.
    """
    if whole is None:
        header = read_header(source)
        whole = (header.width, header.height)
    return cut(read_rgb(source, least_side(square, whole, side)), square, whole, side)


def least_side(square: Box, whole: tuple[int, int], side: int) -> int:
    """The short side that a photograph must be decoded at, in pixels, so that `square` has `side`.

    `whole` is the width and height of the photograph at its own size.
    """
    return math.ceil(side / (square.width / min(whole)))


def cut(image: Pixels, square: Box, size: tuple[int, int], side: int) -> Pixels:
    """Cut `square` out of a decoded photograph and resize it: (side, side, 3) RGB.

    Args:
        image: (height, width, 3) RGB, perhaps decoded at a fraction of its size.
        square: in pixels of the photograph at its own size.
        size: width and height of the photograph at its own size.
        side: of the result, in pixels.
    """
    height, width = image.shape[:2]
    scaled_box = square.scaled(_ratio(width, size[0]), _ratio(height, size[1]), width, height)
    piece = image[scaled_box.y : scaled_box.bottom, scaled_box.x : scaled_box.right]
    shrinking = scaled_box.width > side
    method = cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(piece, (side, side), interpolation=method), dtype=np.uint8)


def _ratio(decoded: int, whole: int) -> float:
    # A draft is a half, a quarter or an eighth; its last pixel may hang over the edge.
    shrunk = round(whole / decoded)
    return 1 / shrunk if shrunk and math.ceil(whole / shrunk) == decoded else decoded / whole


def central(image: Pixels, side: int) -> Pixels:
    """The middle (side, side, 3) of a picture at least that large."""
    height, width = image.shape[:2]
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side]
