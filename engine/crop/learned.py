"""Saliency by a small convolutional network, computed without torch.

Ten planes that classical methods give (colour, barrier distance, contrast with the border,
sharpness) go in; how probably each place belongs to the subject comes out. It is the mean of
three U-Nets (Ronneberger et al., 2015) of 31,341 weights, each with a summary of the whole picture
at its bottom, learned by `python -m benchmarks.crop.training`. Importing this module loads a
compiler, which takes half a second, so it is imported where it is needed.
"""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.crop.barrier import Plane, barrier_distance, compiled, edge_distances, stretched
from engine.images.decode import Pixels

# The sides of the square that the network sees, and of the picture that the planes are computed of.
SEEN = 64
_LOOKED_AT, _SHARP_AT = 112, 224
_SCANS = 3
_GIVEN = 96
WEIGHTS = Path(__file__).with_name("learned.npz")

Weights = dict[str, Plane]


def learned_saliency(image: Pixels) -> Plane:
    """How probably each place belongs to the subject: 0..1, 96 on the longer side."""
    height, width = image.shape[:2]
    planes = planes_of(image)
    chances = [1 / (1 + np.exp(-scores_of(planes, weights))) for weights in networks()]
    seen = np.asarray(np.mean(chances, axis=0), np.float32)
    ratio = _GIVEN / max(height, width)
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    return np.asarray(cv2.resize(seen, size, interpolation=cv2.INTER_LINEAR), np.float32)


def planes_of(image: Pixels) -> NDArray[np.float32]:
    """What the network sees of an RGB picture: (10, 64, 64)."""
    sharp = _resized(image, _SHARP_AT)
    small = _resized(sharp, _LOOKED_AT)
    lab = np.asarray(cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
    barrier = np.sum([barrier_distance(plane, _SCANS) for plane in cv2.split(lab)], axis=0)
    edges = np.sort(edge_distances(lab), axis=0)
    planes = [
        lab[..., 0] / 50 - 1,
        lab[..., 1] / 40,
        lab[..., 2] / 40,
        stretched(barrier),
        np.sqrt(barrier) / 12,
        stretched(edges[0]),
        stretched(edges[2]),
        edges[1] / 10,
        edges[3] / 10,
        stretched(_sharpness(sharp, lab.shape[1::-1])),
    ]
    shape = (SEEN, SEEN)
    squared = [cv2.resize(plane, shape, interpolation=cv2.INTER_AREA) for plane in planes]
    return np.asarray(squared, np.float32)


def _resized(image: Pixels, longer: int) -> Pixels:
    height, width = image.shape[:2]
    ratio = longer / max(height, width)
    size = (max(4, round(width * ratio)), max(4, round(height * ratio)))
    method = cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=method), np.uint8)


def _sharpness(image: Pixels, size: tuple[int, ...]) -> Plane:
    """How much fine detail there is around each place: what is in focus has more."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    detail = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 1))
    detail = cv2.resize(detail, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(detail, (0, 0), 2), np.float32)


@cache
def networks() -> list[Weights]:
    """Each network's weights by name; in the file they are stacked."""
    with np.load(WEIGHTS) as file:
        stacked = {name: file[name].astype(np.float32) for name in file.files}
    count = len(next(iter(stacked.values())))
    return [{name: values[number] for name, values in stacked.items()} for number in range(count)]


def scores_of(planes: Plane, weights: Weights) -> Plane:
    """Log-odds of the subject at half the size of the planes: (32, 32)."""

    def layer(name: str, given: Plane, stride: int = 1) -> Plane:
        found: Plane = convolved(given, weights[f"{name}.weight"], weights[f"{name}.bias"], stride)
        return found

    fine = layer("c1", planes, 2)
    middle = layer("c2", fine, 2)
    coarse = layer("c3", middle, 2)
    deep = layer("c4", coarse, 2)
    whole = weights["g.weight"] @ deep.mean(axis=(1, 2)) + weights["g.bias"]
    deep = deep + np.maximum(whole, 0)[:, None, None]
    coarse = layer("d3", np.concatenate([coarse, _doubled(deep)]))
    middle = layer("d2", np.concatenate([middle, _doubled(coarse)]))
    fine = layer("d1", np.concatenate([fine, _doubled(middle)]))
    scores = np.tensordot(weights["o.weight"][0, :, 0, 0], fine, axes=1) + weights["o.bias"][0]
    return np.asarray(scores, np.float32)


def _doubled(planes: Plane) -> Plane:
    return planes.repeat(2, axis=1).repeat(2, axis=2)


@compiled
def convolved(planes: Plane, weights: Plane, bias: Plane, stride: int) -> Plane:
    """A 3x3 convolution and a rectifier.

    Args:
        planes: (channels, height, width).
        weights: (filters, channels, 3, 3).
        bias: (filters,).
        stride: 1, or 2 to halve height and width.
    """
    channels, height, width = planes.shape
    filters = weights.shape[0]
    rows, columns = (height + stride - 1) // stride, (width + stride - 1) // stride
    padded = np.zeros((channels, height + 2, width + 2), np.float32)
    padded[:, 1:-1, 1:-1] = planes
    result = np.empty((filters, rows, columns), np.float32)
    sums = np.empty(columns, np.float32)
    for kernel in range(filters):
        for row in range(rows):
            sums[:] = bias[kernel]
            for channel in range(channels):
                for down in range(3):
                    line = padded[channel, row * stride + down]
                    left, middle, right = weights[kernel, channel, down]
                    # Said apart, for only a step known to the compiler becomes wide instructions.
                    if stride == 1:
                        for x in range(columns):
                            sums[x] += left * line[x] + middle * line[x + 1] + right * line[x + 2]
                    else:
                        for x in range(columns):
                            at = 2 * x
                            sums[x] += left * line[at] + middle * line[at + 1]
                            sums[x] += right * line[at + 2]
            result[kernel, row] = np.maximum(sums, np.float32(0))
    return result
