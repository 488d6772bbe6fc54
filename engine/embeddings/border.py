"""Removes a border of one colour, which a copy may have and its original lacks."""

import numpy as np
from numpy.typing import NDArray

from engine.images.decode import Pixels

_MOST = 0.2
_LEAST = 2
_TOLERANCE = 12
_SHARE = 95


def without_border(pixels: Pixels) -> Pixels:
    """The part of an RGB picture (height, width, 3) inside a border of one colour, as a view.

    At most a fifth of the picture is removed at each edge. One more line than the border is
    removed, because compression blurs the inner edge of the border.
    """
    across = pixels.transpose(1, 0, 2)
    top, bottom, left, right = map(_plain_lines, (pixels, pixels[::-1], across, across[::-1]))
    height, width = pixels.shape[:2]
    return pixels[top : height - bottom, left : width - right]


def _plain_lines(lines: NDArray[np.uint8]) -> int:
    """The number of lines (n, pixels, 3) to remove at the start: 0, or the border and one more."""
    colour = np.median(lines[0], axis=0)
    most = int(len(lines) * _MOST)
    count = 0
    for line in lines[:most]:
        if np.percentile(np.abs(line - colour).max(axis=1), _SHARE) > _TOLERANCE:
            break
        count += 1
    return count + 1 if count >= _LEAST else 0
