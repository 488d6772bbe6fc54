"""Reduces a long curve to few points without hiding spikes."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST_POINTS = 2_000


def thinned(x: Floats, y: Floats, most: int = MOST_POINTS) -> tuple[Floats, Floats]:
    """Return at most `most` points of a curve: the lowest and highest of each interval.

    x, y: (points,). The length of an interval is a power of two, and the first starts at the first
    point. So only the end changes as a curve grows, until the length doubles.
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
