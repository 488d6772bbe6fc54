"""The policies that find the subject's box in a saliency map, by name."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.crop.box import Box
from engine.crop.saliency import SaliencyMap
from engine.language.message import deferred
from engine.registry import Registry
from engine.settings.crop import CropPreset


@dataclass(frozen=True)
class BoxPolicy:
    """Finds the subject's box in pixels of the map; None if nothing is salient enough."""

    title: str
    description: str
    find: Callable[[SaliencyMap, CropPreset], Box | None]


def largest_contour(saliency: SaliencyMap, preset: CropPreset) -> Box | None:
    """Return the box of the largest contour above the threshold, as first published."""
    contours, _ = cv2.findContours(
        mask_at(saliency, preset.threshold), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    if not contours:
        return None
    return Box(*cv2.boundingRect(max(contours, key=cv2.contourArea)))


def heaviest_component(saliency: SaliencyMap, preset: CropPreset) -> Box | None:
    """Return the box of the connected component above the threshold with the most saliency."""
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(
        mask_at(saliency, preset.threshold), connectivity=8
    )
    if count < 2:
        return None
    weights = np.bincount(labels.ravel(), saliency.ravel(), count)
    weights[0] = 0
    return Box(*boxes[int(weights.argmax()), : cv2.CC_STAT_AREA].tolist())


def mass_square(saliency: SaliencyMap, preset: CropPreset) -> Box | None:
    """Return the smallest square with the preset's share of all saliency above its threshold.

    If no square in the image has that much, return the one with the most.
    """
    sums = integral(np.where(saliency > preset.threshold, saliency, 0))
    total = sums[-1, -1]
    if total <= 0:
        return None
    low, high = 1, min(saliency.shape)
    while low < high:
        side = (low + high) // 2
        if densest(sums, side)[1] >= preset.mass * total:
            high = side
        else:
            low = side + 1
    return densest(sums, low)[0]


def integral(saliency: SaliencyMap) -> NDArray[np.float64]:
    """Return the integral image: (height + 1, width + 1)."""
    return np.asarray(cv2.integral(saliency, sdepth=cv2.CV_64F), dtype=np.float64)


def densest(sums: NDArray[np.float64], side: int) -> tuple[Box, float]:
    """Return the square of `side` with the most saliency, and that saliency.

    Args:
        sums: the integral image of the saliency.
    """
    # In place: for a photograph of 24 megapixels, each array takes 200 MB.
    held = sums[side:, side:] - sums[:-side, side:]
    held -= sums[side:, :-side]
    held += sums[:-side, :-side]
    y, x = np.unravel_index(int(held.argmax()), held.shape)
    return Box(int(x), int(y), side, side), float(held[y, x])


def mask_at(saliency: SaliencyMap, threshold: float) -> NDArray[np.uint8]:
    """1 where saliency exceeds the threshold, 0 elsewhere."""
    return (saliency > threshold).astype(np.uint8)


# To add a policy, add an entry; `policy` of a crop preset then accepts it.
POLICIES: Registry[BoxPolicy] = Registry(
    "policy",
    {
        "largest_contour": BoxPolicy(
            deferred("Largest contour"),
            deferred("The largest outline above the threshold."),
            largest_contour,
        ),
        "heaviest_component": BoxPolicy(
            deferred("Heaviest part"),
            deferred("The part above the threshold with the most saliency."),
            heaviest_component,
        ),
        "mass_square": BoxPolicy(
            deferred("Square of most saliency"),
            deferred("The smallest square with a set share of all saliency."),
            mass_square,
        ),
    },
)
