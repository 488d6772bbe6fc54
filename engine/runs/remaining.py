"""How sure a forecast of the time left is."""

import numpy as np

from engine.runs.metric_columns import Floats

_LATELY = 50
_ENOUGH = 5


def range_left(seconds_left: float, speeds: Floats) -> tuple[float, float] | None:
    """The shortest and the longest it may take, in seconds, as fast as it was lately.

    speeds: (points,), photographs a second. Between the 10th and the 90th percentile of the last
    50; None where fewer than 5 were measured.
    """
    known = speeds[np.isfinite(speeds) & (speeds > 0)][-_LATELY:]
    if len(known) < _ENOUGH:
        return None
    slow, usual, fast = np.quantile(known, (0.1, 0.5, 0.9))
    return float(seconds_left * usual / fast), float(seconds_left * usual / slow)
