"""Minimum barrier saliency: what cannot be reached from the border without crossing an edge.

After Zhang et al., "Minimum Barrier Salient Object Detection at 80 FPS", ICCV 2015. The scans are
compiled by numba on first use and kept on disk; importing this module takes half a second, so
it is imported where it is needed.
"""

from collections.abc import Callable
from typing import Any

import cv2
import numba
import numpy as np
from numpy.typing import NDArray

from engine.images.decode import Pixels

Plane = NDArray[np.float32]

_SCANS = 3
_BORDER = 0.1
_FAR = np.float32(1e9)


def barrier_saliency(image: Pixels) -> Plane:
    """Barrier distance and border contrast of an RGB picture, added: (height, width) in 0..1."""
    lab = np.asarray(cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
    distance = np.sum([barrier_distance(plane, _SCANS) for plane in cv2.split(lab)], axis=0)
    return stretched(np.add(stretched(distance), stretched(border_contrast(lab))))


def border_contrast(lab: Plane) -> Plane:
    """How unlike the colours along the border each pixel is: (height, width), 0 and more.

    Args:
        lab: (height, width, 3), CIE Lab.

    The most unlike edge does not count, for the subject may lie on it.
    """
    distances = edge_distances(lab)
    distances /= np.maximum(distances.max(axis=(1, 2), keepdims=True), 1e-6)
    return np.asarray(distances.sum(axis=0) - distances.max(axis=0), dtype=np.float32)


def edge_distances(lab: Plane) -> Plane:
    """How unlike the colours of each edge every pixel is: (4, height, width), 0 and more.

    The distance is Mahalanobis'. The edges are the upper, lower, left and right.
    """
    depth = max(2, round(_BORDER * min(lab.shape[:2])))
    edges = (lab[:depth], lab[-depth:], lab[:, :depth], lab[:, -depth:])
    return np.stack([_distance_to(edge.reshape(-1, 3), lab) for edge in edges])


def _distance_to(colours: Plane, lab: Plane) -> Plane:
    mean = colours.mean(axis=0)
    # A border of one colour has no spread; a little noise is always assumed.
    covariance = np.cov(colours.T) + 4 * np.eye(3)
    whitened = (lab - mean) @ np.linalg.cholesky(np.linalg.inv(covariance)).astype(np.float32)
    return np.asarray(np.sqrt(np.einsum("yxc,yxc->yx", whitened, whitened)), dtype=np.float32)


def stretched(values: Any) -> Plane:
    """Values brought to 0..1."""
    low, high = float(values.min()), float(values.max())
    return np.asarray((values - low) / max(high - low, 1e-6), dtype=np.float32)


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that numba compiles when it is first called."""
    try:
        kept: Callable[..., Any] = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # Nowhere on this machine can the compiled code be kept.
        kept = numba.njit(nogil=True)(function)
    return kept


@compiled
def barrier_distance(plane: Plane, scans: int) -> Plane:
    """The least difference between highest and lowest value on a way from the border.

    Args:
        plane: (height, width).
        scans: raster scans over the picture, forward and backward in turn.
    """
    height, width = plane.shape
    distance = np.full((height, width), _FAR)
    highest, lowest = plane.copy(), plane.copy()
    distance[0], distance[-1] = 0, 0
    distance[:, 0], distance[:, -1] = 0, 0
    for scan in range(scans):
        step = 1 if scan % 2 == 0 else -1
        top, bottom = (1, height - 1) if step == 1 else (height - 2, 0)
        left, right = (1, width - 1) if step == 1 else (width - 2, 0)
        for y in range(top, bottom, step):
            for x in range(left, right, step):
                value = plane[y, x]
                for before_y, before_x in ((y - step, x), (y, x - step)):
                    high = max(highest[before_y, before_x], value)
                    low = min(lowest[before_y, before_x], value)
                    if high - low < distance[y, x]:
                        distance[y, x] = high - low
                        highest[y, x], lowest[y, x] = high, low
    return distance
