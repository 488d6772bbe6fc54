"""How far a share that was measured may be from the true one."""

import math

_Z95 = 1.959964


def wilson_interval(share: float, count: float) -> tuple[float, float]:
    """The 95 % interval of a share out of `count` (Wilson, 1927)."""
    if not count:
        return 0.0, 1.0
    spread = _Z95 * math.sqrt(share * (1 - share) / count + _Z95**2 / (4 * count**2))
    middle = share + _Z95**2 / (2 * count)
    scale = 1 + _Z95**2 / count
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)
