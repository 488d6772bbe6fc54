"""Scores from counts."""

import math

import numpy as np
import pytest

from engine.training.report.scores import (
    BINS,
    best_epoch,
    bucket_scores,
    calibration_error,
    macro,
    recall_by_class,
    wilson_interval,
)


def test_recall_is_nan_for_a_class_without_photographs() -> None:
    recall = recall_by_class(np.array([1, 0, 1, 0]), np.array([2, 0, 1, 0]))
    assert recall[[0, 2]].tolist() == [0.5, 1]
    assert np.isnan(recall[[1, 3]]).all()
    assert macro(recall) == 0.75
    assert macro(np.full(2, np.nan)) == 0


def test_rare_and_common_buckets_have_separate_scores() -> None:
    train_images = np.array([1, 3, 50, 101, 100, 1])
    hits, images = np.array([1, 0, 1, 1, 0, 0]), np.array([1, 1, 2, 1, 0, 0])
    rows = {row.train_images: row for row in bucket_scores(hits, images, train_images)}
    assert list(rows) == ["1", "2-4", "5-19", "20-100", "> 100"]
    assert (rows["1"].classes, rows["1"].absent, rows["1"].top1) == (1, 1, 1)
    assert (rows["2-4"].images, rows["2-4"].top1) == (1, 0)
    assert (rows["5-19"].classes, rows["5-19"].top1) == (0, None)
    assert (rows["20-100"].classes, rows["20-100"].absent) == (1, 1)
    assert rows["20-100"].macro_top1 == 0.5
    assert rows["> 100"].images == 1
    assert sum(row.images for row in rows.values()) == 5


def test_a_network_whose_confidence_equals_its_accuracy_is_calibrated() -> None:
    certainty, hits = np.zeros(BINS), np.zeros(BINS)
    certainty[12], hits[12] = 10 * 0.8, 8
    assert calibration_error(certainty, hits, 10) == pytest.approx(0, abs=1e-12)
    hits[12] = 2
    assert calibration_error(certainty, hits, 10) == pytest.approx(0.6)
    assert calibration_error(np.array([4.0]), np.zeros(1), 4) == 1
    assert calibration_error(np.zeros(BINS), np.zeros(BINS), 0) == 0


def test_the_interval_contains_the_share_and_shrinks_with_the_count() -> None:
    # Newcombe, "Two-sided confidence intervals for the single proportion", 1998: 81 of 263.
    assert wilson_interval(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson_interval(1.0, 10)[1] == pytest.approx(1)
    assert wilson_interval(0.0, 0) == (0, 1)


def test_the_interval_of_a_share_stays_within_bounds() -> None:
    for share in (0.0, 0.5, 1.0):
        low, high = wilson_interval(share, 20)
        assert 0 <= low <= share + 1e-12 and share - 1e-12 <= high <= 1


def test_the_best_epoch_has_the_highest_score_then_the_lowest_loss_then_comes_first() -> None:
    assert best_epoch([], []) is None
    assert best_epoch([math.nan], [0.1]) is None
    assert best_epoch([0.5, 0.6, 0.4], [1, 2, 1]) == 1
    assert best_epoch([0.6, 0.6, 0.6], [1.1, 0.9, 0.9]) == 1
    assert best_epoch([0.6, math.nan, 0.7], [0.1, 0.0, math.nan]) == 2
    assert best_epoch([0.6, 0.6], [None, 5.0]) == 1, "a loss that is not finite is the worst"
