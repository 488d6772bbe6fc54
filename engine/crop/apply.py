"""Cuts a square out of a photograph and resizes it.

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
    """Decode a photograph, crop it to `square` and resize it: (side, side, 3) RGB.

    A JPEG is decoded at the lowest sufficient resolution. If the source is a small copy, `square`
    is in pixels of the original, whose width and height are `whole`.

    Raises:
        UnreadableImage: not an image, damaged, or too large.
    """
    if whole is None:
        header = read_header(source)
        whole = (header.width, header.height)
    return cut(read_rgb(source, least_side(square, whole, side)), square, whole, side)


def least_side(square: Box, whole: tuple[int, int], side: int) -> int:
    """Return the short side to decode a photograph at, in pixels, so that `square` has `side`
    pixels.

    `whole` is the original width and height of the photograph.
    """
    return math.ceil(side / (square.width / min(whole)))


def cut(image: Pixels, square: Box, size: tuple[int, int], side: int) -> Pixels:
    """Crop a decoded photograph to `square` and resize it: (side, side, 3) RGB.

    Args:
        image: (height, width, 3) RGB, possibly decoded at reduced size.
        square: in pixels of the original photograph.
        size: width and height of the original photograph.
        side: of the result, in pixels.
    """
    height, width = image.shape[:2]
    scaled_box = square.scaled(_ratio(width, size[0]), _ratio(height, size[1]), width, height)
    piece = image[scaled_box.y : scaled_box.bottom, scaled_box.x : scaled_box.right]
    shrinking = scaled_box.width > side
    method = cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(piece, (side, side), interpolation=method), dtype=np.uint8)


def _ratio(decoded: int, whole: int) -> float:
    # A JPEG is decoded at 1/2, 1/4 or 1/8; its last pixel may extend beyond the edge.
    shrunk = round(whole / decoded)
    return 1 / shrunk if shrunk and math.ceil(whole / shrunk) == decoded else decoded / whole


def central(image: Pixels, side: int) -> Pixels:
    """Return the central (side, side, 3) of an image at least that large."""
    height, width = image.shape[:2]
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side]
