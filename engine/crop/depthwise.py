"""Depthwise convolutions of small planes, compiled. Importing this module loads the compiler."""

import numpy as np
from numpy.typing import NDArray

from engine.crop.barrier import compiled

Planes = NDArray[np.float32]

_FULL = 32


@compiled
def depthwise(planes: Planes, before: Planes, weights: Planes, bias: Planes, step: int) -> Planes:
    """Each plane brought to 0..6, convolved by a kernel of its own, and brought to 0..6 again.

    Args:
        planes: (channels, height, width).
        before: (channels,), added to each plane first.
        weights: (channels, kernel, kernel), the kernel 3 or 5 wide.
        bias: (channels,).
        step: 1, or 2 to halve height and width; where the padding is uneven, it is more behind.
    """
    channels, height, width = planes.shape
    kernel = weights.shape[1]
    rows, columns = (height + step - 1) // step, (width + step - 1) // step
    top = ((rows - 1) * step + kernel - height) // 2
    left = ((columns - 1) * step + kernel - width) // 2
    # Every step-th row and column lie together, the rows one behind the other with their padding:
    # so all that one weight is for lies side by side, which makes wide instructions.
    wide = columns + (kernel - 1) // step
    # What is left over when all wide instructions are full would take longest.
    sums = np.empty((rows * wide + _FULL - 1) // _FULL * _FULL, np.float32)
    padded = np.zeros((step, step, sums.size + kernel * wide), np.float32)
    result = np.empty((channels, rows, columns), np.float32)
    for channel in range(channels):
        if step == 1:
            _lay(planes[channel], before[channel], padded[0, 0, top * wide + left :], wide)
        else:
            _lay_apart(planes[channel], before[channel], padded, top, left, wide)
        sums[:] = bias[channel]
        if step == 1:
            _add(sums, weights[channel], padded[0, 0], wide)
        else:
            _add_apart(sums, weights[channel], padded, wide)
        _keep(sums, wide, result[channel])
    return result


# Apart, for of a longer function the compiler makes no wide instructions.
@compiled
def _lay(plane: Planes, added: np.float32, padded: Planes, wide: int) -> None:
    for y in range(plane.shape[0]):
        given, line = plane[y], padded[y * wide :]
        for x in range(given.size):
            line[x] = min(max(given[x] + added, np.float32(0)), np.float32(6))


@compiled
def _lay_apart(
    plane: Planes, added: np.float32, padded: Planes, top: int, left: int, wide: int
) -> None:
    for y in range(plane.shape[0]):
        given, row, start = plane[y], (y + top) % 2, (y + top) // 2 * wide
        for first in range(2):
            line = padded[row, (first + left) % 2, start + (first + left) // 2 :]
            for x in range((given.size - first + 1) // 2):
                line[x] = min(max(given[first + 2 * x] + added, np.float32(0)), np.float32(6))


@compiled
def _add(sums: Planes, weights: Planes, padded: Planes, wide: int) -> None:
    for y in range(len(weights)):
        w, line = weights[y], padded[y * wide :]
        if len(w) == 3:
            for x in range(sums.size):
                sums[x] += w[0] * line[x] + w[1] * line[x + 1] + w[2] * line[x + 2]
        else:
            for x in range(sums.size):
                sums[x] += w[0] * line[x] + w[1] * line[x + 1] + w[2] * line[x + 2]
                sums[x] += w[3] * line[x + 3] + w[4] * line[x + 4]


@compiled
def _add_apart(sums: Planes, weights: Planes, padded: Planes, wide: int) -> None:
    for y in range(len(weights)):
        w, start = weights[y], y // 2 * wide
        even, odd = padded[y % 2, 0, start:], padded[y % 2, 1, start:]
        if len(w) == 3:
            for x in range(sums.size):
                sums[x] += w[0] * even[x] + w[1] * odd[x] + w[2] * even[x + 1]
        else:
            for x in range(sums.size):
                sums[x] += w[0] * even[x] + w[1] * odd[x] + w[2] * even[x + 1]
                sums[x] += w[3] * odd[x + 1] + w[4] * even[x + 2]


@compiled
def _keep(sums: Planes, wide: int, plane: Planes) -> None:
    for y in range(plane.shape[0]):
        given, line = sums[y * wide :], plane[y]
        for x in range(line.size):
            line[x] = min(max(given[x], np.float32(0)), np.float32(6))
