"""Showing a long curve with few points, without hiding a spike."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST_POINTS = 2_000


def thinned(x: Floats, y: Floats, most: int = MOST_POINTS) -> tuple[Floats, Floats]:
    """At most `most` of the points of a curve: the lowest and the highest of each stretch.

    x, y: (points,). A stretch is a power of two of points long and the first begins at the
    first point, so that of a growing curve only the end changes, until stretches double.
    """
    count = len(x)
    if count <= most:
        return x, y
    length = 2
    while 2 * -(-count // length) > most - 2:
        length *= 2
    pad = -count % length
    low = np.pad(np.where(np.isfinite(y), y, np.inf), (0, pad), constant_values=np.inf)
    high = np.pad(np.where(np.isfinite(y), y, -np.inf), (0, pad), constant_values=-np.inf)
    starts = np.arange(0, count, length)
    lowest = starts + low.reshape(-1, length).argmin(axis=1)
    highest = starts + high.reshape(-1, length).argmax(axis=1)
    indices = np.unique(np.concatenate([[0, count - 1], lowest, highest]))
    return x[indices], y[indices]
