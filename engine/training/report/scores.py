"""Scores from counts: what a validation while training and an evaluation afterwards share."""

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
    """Species by their number of training photographs; None where no photograph was judged.

    `train_images` is the key of the bucket. `classes` and `images` count what the part holds;
    `absent` are species of the bucket without a photograph in it, which no score includes.
    """

    train_images: Name = ""
    classes: Count = 0
    absent: Count = 0
    images: Count = 0
    top1: Share | None = None
    macro_top1: Share | None = None


def recall_by_class(hits: Numbers, images: Numbers) -> NDArray[np.float64]:
    """The share of each class's photographs that is right: (classes,), NaN where it has none."""
    recall = np.full(len(images), np.nan)
    np.divide(hits, images, out=recall, where=images > 0)
    return recall


def macro(recall: NDArray[np.float64]) -> float:
    """The mean over the classes that are present; 0 if none is."""
    present = recall[~np.isnan(recall)]
    return float(present.mean()) if len(present) else 0.0


def calibration_error(certainty: ArrayLike, hits: ArrayLike, images: int) -> float:
    """Expected calibration error over equal bins of certainty (Naeini et al., 2015), 0..1.

    The mean distance between how sure the network is of its best guess and how often that is
    right. `certainty` and `hits` are sums over the photographs of each bin: (BINS,).
    """
    distance = np.abs(np.asarray(certainty) - np.asarray(hits))
    return float(distance.sum()) / max(images, 1)


def bucket_scores(
    hits: Numbers, images: Numbers, train_images: NDArray[np.int64]
) -> tuple[BucketScore, ...]:
    """Scores of rare and of common species apart; all arrays are (classes,)."""
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
    """The 95 % interval of a share out of `count` (Wilson, 1927)."""
    if not count:
        return 0.0, 1.0
    spread = _Z95 * math.sqrt(share * (1 - share) / count + _Z95**2 / (4 * count**2))
    middle = share + _Z95**2 / (2 * count)
    scale = 1 + _Z95**2 / count
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def best_epoch(macro_top1: ArrayLike, loss: ArrayLike) -> int | None:
    """Which epoch's checkpoint is the best: (epochs,) each; None where none was measured.

    The highest macro top-1; of equal ones the lowest loss; of those the first. NaN or None is
    what was not measured, or not finite.
    """
    score, losses = np.asarray(macro_top1, np.float64), np.asarray(loss, np.float64)
    if not np.isfinite(score).any():
        return None
    keys = (np.nan_to_num(losses, nan=np.inf), -np.nan_to_num(score, nan=-np.inf))
    return int(np.lexsort(keys)[0])
