"""Saliency by a network that learned where subjects are, computed without torch.

It is the upper half of a U-Net (Ronneberger et al., 2015) over three levels of features of
EfficientNet-Lite0, which stay as ImageNet made them: the mean of two, learned by
`python -m benchmarks.crop.training`. Importing this module loads a compiler, which takes half a
second, so it is imported where it is needed.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from engine.crop.depthwise import Planes
from engine.crop.lite import lite_features, mixed
from engine.images.decode import Pixels

# The side of the square that the network sees.
SEEN = 144
_GIVEN = 96
WEIGHTS = Path(__file__).with_name("learned.npz")

Weights = dict[str, Planes]


def learned_saliency(image: Pixels) -> Planes:
    """How probably each place belongs to the subject: 0..1, 96 on the longer side.

    Raises:
        BadInput: the weights of EfficientNet-Lite0 are not installed.
    """
    height, width = image.shape[:2]
    features = lite_features(squared(image))
    chances = [1 / (1 + np.exp(-scores_of(features, weights))) for weights in networks()]
    seen = np.asarray(np.mean(chances, axis=0), np.float32)
    ratio = _GIVEN / max(height, width)
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    return np.asarray(cv2.resize(seen, size, interpolation=cv2.INTER_LINEAR), np.float32)


def squared(image: Pixels) -> Pixels:
    """An RGB picture stretched to what the network sees."""
    method = cv2.INTER_AREA if min(image.shape[:2]) > SEEN else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (SEEN, SEEN), interpolation=method), np.uint8)


@cache
def networks() -> list[Weights]:
    """Each network's weights by name; in the file they are stacked."""
    with np.load(WEIGHTS) as file:
        stacked = {name: file[name].astype(np.float32) for name in file.files}
    count = len(next(iter(stacked.values())))
    return [{name: values[number] for name, values in stacked.items()} for number in range(count)]


def scores_of(features: Sequence[Planes], weights: Weights) -> Planes:
    """Log-odds of the subject at the size of the finest level: (rows, columns).

    Args:
        features: (channels, rows, columns) each, from fine to coarse, each half the last's size.
    """
    levels = [
        _rectified(mixed(level, weights[f"in{index}.weight"], weights[f"in{index}.bias"]))
        for index, level in enumerate(features)
    ]
    deep = levels[-1]
    whole = weights["whole.weight"] @ deep.mean(axis=(1, 2)) + weights["whole.bias"]
    deep = deep + np.maximum(whole, 0)[:, None, None]
    for index in reversed(range(len(levels) - 1)):
        joined = np.concatenate([levels[index], deep.repeat(2, axis=1).repeat(2, axis=2)])
        deep = convolved(joined, weights[f"up{index}.weight"], weights[f"up{index}.bias"])
    scores: Planes = mixed(deep, weights["out.weight"], weights["out.bias"])[0]
    return scores


def convolved(planes: Planes, weights: Planes, bias: Planes) -> Planes:
    """A 3x3 convolution and a rectifier.

    Args:
        planes: (channels, rows, columns).
        weights: (filters, channels, 3, 3).
        bias: (filters,).
    """
    channels, rows, columns = planes.shape
    wide = columns + 2
    padded = np.zeros((channels, rows + 3, wide), np.float32)
    padded[:, 1 : rows + 1, 1 : columns + 1] = planes
    # Of rows that lie one behind the other every shift is a view, which no product has to copy.
    flat = padded.reshape(channels, -1)
    kernels = np.ascontiguousarray(weights.transpose(2, 3, 0, 1))
    found = np.repeat(bias[:, None], rows * wide, axis=1)
    for down in range(3):
        for across in range(3):
            start = down * wide + across
            found += kernels[down, across] @ flat[:, start : start + rows * wide]
    return _rectified(found.reshape(-1, rows, wide)[:, :, :columns])


def _rectified(planes: Planes) -> Planes:
    return np.maximum(planes, 0, out=planes)
