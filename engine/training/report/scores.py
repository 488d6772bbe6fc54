"""Scores from counts, shared by validation during training and by evaluation."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.records import Count, Name, Share
from engine.split.rarity import BUCKETS

BINS = 15
_Z95 = 1.959964

Numbers = NDArray[np.int64] | NDArray[np.float64]


@dataclass(frozen=True)
class BucketScore:
    """The scores of species with similar numbers of training photographs; None if none was
    evaluated.

    `train_images` is the bucket's key. `classes` and `images` count what the part contains.
    `absent` counts species of the bucket without a photograph in the part; scores exclude them.
    """

    train_images: Name = ""
    classes: Count = 0
    absent: Count = 0
    images: Count = 0
    top1: Share | None = None
    macro_top1: Share | None = None


def recall_by_class(hits: Numbers, images: Numbers) -> NDArray[np.float64]:
    """Return the share of correct photographs per class: (classes,), NaN for an absent class."""
    recall = np.full(len(images), np.nan)
    np.divide(hits, images, out=recall, where=images > 0)
    return recall


def macro(recall: NDArray[np.float64]) -> float:
    """Return the mean over the classes present; 0 if there are none."""
    present = recall[~np.isnan(recall)]
    return float(present.mean()) if len(present) else 0.0


def calibration_error(certainty: ArrayLike, hits: ArrayLike, images: int) -> float:
    """Return the expected calibration error over equal certainty bins (Naeini et al., 2015), 0..1.

    It is the mean distance between the network's certainty and its accuracy. `certainty` and `hits`
    are sums over the photographs of each bin: (BINS,).
    """
    distance = np.abs(np.asarray(certainty) - np.asarray(hits))
    return float(distance.sum()) / max(images, 1)


def bucket_scores(
    hits: Numbers, images: Numbers, train_images: NDArray[np.int64]
) -> tuple[BucketScore, ...]:
    """Return the scores by rarity bucket; all arrays are (classes,)."""
    recall = recall_by_class(hits, images)
    scores = []
    for bucket in BUCKETS:
        inside = bucket.holds(train_images)
        here = inside & (images > 0)
        judged = int(images[here].sum())
        scores.append(
            BucketScore(
                train_images=bucket.key,
                classes=int(here.sum()),
                absent=int((inside & ~here).sum()),
                images=judged,
                top1=float(hits[here].sum() / judged) if judged else None,
                macro_top1=macro(recall[here]) if judged else None,
            )
        )
    return tuple(scores)


def wilson_interval(share: float, count: float) -> tuple[float, float]:
    """Return the 95 % interval of a share out of `count` (Wilson, 1927)."""
    if not count:
        return 0.0, 1.0
    spread = _Z95 * math.sqrt(share * (1 - share) / count + _Z95**2 / (4 * count**2))
    middle = share + _Z95**2 / (2 * count)
    scale = 1 + _Z95**2 / count
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def best_epoch(macro_top1: ArrayLike, loss: ArrayLike) -> int | None:
    """Return the index of the best epoch, from arrays (epochs,); None if none was measured.

    The best has the highest macro top-1; ties go to the lowest loss, then to the first. NaN or None
    marks a value that is not measured or not finite.
    """
    score, losses = np.asarray(macro_top1, np.float64), np.asarray(loss, np.float64)
    if not np.isfinite(score).any():
        return None
    keys = (np.nan_to_num(losses, nan=np.inf), -np.nan_to_num(score, nan=-np.inf))
    return int(np.lexsort(keys)[0])
