"""A histogram of oriented gradients that is equal for a picture and its mirror image."""

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 32
"""The side of the grey square in pixels."""
_CELLS, _ANGLES = 4, 6
OUTLINES = 2 * _CELLS * (_CELLS // 2) * _ANGLES


def outlines_of(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The outlines (OUTLINES,) of a grey square (SIDE, SIDE).

    These are gradient histograms in 4 x 4 cells (Dalal and Triggs, "Histograms of Oriented
    Gradients", CVPR 2005): the sum over the picture and its mirror image, and their absolute
    difference. The square root follows Arandjelovic and Zisserman (CVPR 2012).
    """
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    angle = np.mod(np.arctan2(down, across), np.pi) / np.pi * _ANGLES
    lower = np.floor(angle)
    upper_share = angle - lower
    strength = np.hypot(across, down)
    cells = np.empty((_CELLS, _CELLS, _ANGLES), np.float32)
    for number in range(_ANGLES):
        weight = np.where(lower % _ANGLES == number, 1 - upper_share, 0)
        weight += np.where((lower + 1) % _ANGLES == number, upper_share, 0)
        parts = (strength * weight).reshape(_CELLS, SIDE // _CELLS, _CELLS, SIDE // _CELLS)
        cells[:, :, number] = parts.mean(axis=(1, 3))
    # A mirror reverses the columns, and turns each angle into its negative.
    mirrored = cells[:, ::-1][:, :, -np.arange(_ANGLES) % _ANGLES]
    half = _CELLS // 2
    both = np.stack([cells + mirrored, np.abs(cells - mirrored)])[:, :, :half].ravel()
    return np.asarray(np.sqrt(both / (both.sum() + 1e-3)), np.float32)
