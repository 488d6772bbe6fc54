"""Scores of an outcome: how often, for whom, and how honestly the network is right."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.outcome import Outcome

# Species by their number of training photographs, both ends included.
BUCKETS: tuple[tuple[str, int, float], ...] = (
    ("1", 1, 1),
    ("2-4", 2, 4),
    ("5-19", 5, 19),
    ("20-100", 20, 100),
    ("> 100", 101, math.inf),
)
_BINS = 15
_Z95 = 1.959964


def recall_by_class(
    labels: NDArray[np.int64], right: NDArray[np.bool_], classes: int
) -> NDArray[np.float64]:
    """The share of each class's photographs that is right: (classes,), NaN where it has none."""
    images = np.bincount(labels, minlength=classes)
    hits = np.bincount(labels, weights=right, minlength=classes)
    recall = np.full(classes, np.nan)
    np.divide(hits, images, out=recall, where=images > 0)
    return recall


def macro(recall: NDArray[np.float64]) -> float:
    """The mean over the classes that are present; 0 if none is."""
    present = recall[~np.isnan(recall)]
    return float(present.mean()) if len(present) else 0.0


def interval(share: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share out of `count` (Wilson, 1927)."""
    if not count:
        return 0.0, 1.0
    spread = _Z95 * math.sqrt(share * (1 - share) / count + _Z95**2 / (4 * count**2))
    middle = share + _Z95**2 / (2 * count)
    scale = 1 + _Z95**2 / count
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def calibration_error(confidence: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """Expected calibration error over 15 equal bins of confidence (Naeini et al., 2015).

    The mean distance between how sure the network is of its best guess and how often that is
    right, 0..1.
    """
    if not len(confidence):
        return 0.0
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    sure = np.bincount(bins, weights=confidence, minlength=_BINS)
    hits = np.bincount(bins, weights=right, minlength=_BINS)
    return float(np.abs(sure - hits).sum() / len(confidence))


def bucket_scores(
    outcome: Outcome, recall: NDArray[np.float64], train_images: NDArray[np.int64]
) -> list[dict[str, Any]]:
    """Scores of rare and of common species apart.

    `classes` and `images` count what the part holds; `absent` are species of the bucket
    without a photograph in the part, which no score speaks of.
    """
    rows = []
    for name, least, most in BUCKETS:
        inside = (train_images >= least) & (train_images <= most)
        here = inside & ~np.isnan(recall)
        right = outcome.first[inside[outcome.labels]]
        rows.append(
            {
                "train_images": name,
                "classes": int(here.sum()),
                "absent": int((inside & ~here).sum()),
                "images": len(right),
                "top1": float(right.mean()) if len(right) else None,
                "macro_top1": macro(recall[here]) if here.any() else None,
            }
        )
    return rows


def mean(values: NDArray[Any]) -> float:
    """The mean; 0 of nothing."""
    return float(values.mean()) if len(values) else 0.0
