"""Smooth random fields, generated at low resolution and enlarged."""

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]


def cloud(
    rng: np.random.Generator,
    height: int,
    width: int,
    cell: float,
    octaves: int = 3,
    stretch: float = 1.0,
    gain: float = 0.55,
) -> Field:
    """Fractal value noise of shape (height, width), roughly 0 to 1 with mean 0.5.

    `cell` is the size of the largest blobs in pixels. `stretch` is their width divided by
    their height.
    """
    total = np.zeros((height, width), np.float32)
    weight, weights = 1.0, 0.0
    for octave in range(octaves):
        size = max(cell / 2**octave, 1.0)
        rows = max(2, round(height / size * np.sqrt(stretch)) + 2)
        columns = max(2, round(width / size / np.sqrt(stretch)) + 2)
        grid = rng.random((min(rows, height), min(columns, width)), np.float32)
        total += weight * cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        weights += weight
        weight *= gain
    return total / np.float32(weights)


def smoothstep(low: float, high: float, values: Field) -> Field:
    """0 below `low`, 1 above `high`, a smooth ramp between."""
    t = np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def blend(first: NDArray[np.float32], second: NDArray[np.float32], share: Field) -> Field:
    """Mix two colours or pictures (..., 3) by a share (H, W) of the second."""
    mixed = (second - first) * share[..., None]
    mixed += first
    return np.ascontiguousarray(mixed, np.float32)
