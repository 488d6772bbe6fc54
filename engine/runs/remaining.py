"""The uncertainty of the estimated remaining time."""

import numpy as np

from engine.runs.metric_columns import Floats

_LATELY = 50
_ENOUGH = 5


def range_left(seconds_left: float, speeds: Floats) -> tuple[float, float] | None:
    """Return the shortest and longest remaining time in seconds, from recent speeds.

    Uses the 10th and 90th percentile of the last 50 speeds; None with fewer than 5.

    Args:
        seconds_left: the estimate at the median speed.
        speeds: (points,), photographs per second.
    """
    known = speeds[np.isfinite(speeds) & (speeds > 0)][-_LATELY:]
    if len(known) < _ENOUGH:
        return None
    slow, usual, fast = np.quantile(known, (0.1, 0.5, 0.9))
    return float(seconds_left * usual / fast), float(seconds_left * usual / slow)
