"""Scores of an outcome: how often, for whom, and how honestly the network is right."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.outcome import Certainty, Outcome
from engine.training.report.metrics import BINS
from engine.training.report.rarity import BUCKETS


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


def calibration_error(confidence: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """Expected calibration error over 15 equal bins of confidence (Naeini et al., 2015).

    The mean distance between how sure the network is of its best guess and how often that is
    right, 0..1.
    """
    if not len(confidence):
        return 0.0
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    sure = np.bincount(bins, weights=confidence, minlength=BINS)
    hits = np.bincount(bins, weights=right, minlength=BINS)
    return float(np.abs(sure - hits).sum() / len(confidence))


def calibration_scores(certainty: Certainty, right: NDArray[np.bool_]) -> dict[str, float]:
    """Mean negative log-likelihood in nats, calibration error (0..1) and Brier score (0..2)."""
    return {
        "nll": mean(certainty.losses),
        "ece": calibration_error(certainty.confidence, right),
        "brier": mean(certainty.brier),
    }


def bucket_scores(
    outcome: Outcome, recall: NDArray[np.float64], train_images: NDArray[np.int64]
) -> list[dict[str, Any]]:
    """Scores of rare and of common species apart.

    `classes` and `images` count what the part holds; `absent` are species of the bucket
    without a photograph in the part, which no score speaks of.
    """
    rows = []
    for bucket in BUCKETS:
        inside = bucket.members(train_images)
        here = inside & ~np.isnan(recall)
        right = outcome.first[inside[outcome.labels]]
        rows.append(
            {
                "train_images": bucket.name,
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
