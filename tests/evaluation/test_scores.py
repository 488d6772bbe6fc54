"""Scores of an outcome."""

import numpy as np
import pytest
import torch

from engine.evaluation.outcome import Certainty, Outcome, OutcomeWriter
from engine.evaluation.scores import (
    bucket_scores,
    calibration_error,
    macro,
    recall_by_class,
)
from engine.training.report.wilson import wilson_interval


def _outcome(labels: list[int], guesses: list[int]) -> Outcome:
    count = len(labels)
    top = np.array(guesses)[:, None]
    ones = np.ones(count, np.float32)
    sure = Certainty(ones, ones, ones)
    return Outcome(np.arange(count), np.array(labels), top, ones[:, None], sure, sure)


def test_recall_is_not_a_number_where_there_is_nothing_to_recall() -> None:
    recall = recall_by_class(np.array([0, 0, 2]), np.array([True, False, True]), 4)
    assert recall[[0, 2]].tolist() == [0.5, 1]
    assert np.isnan(recall[[1, 3]]).all()
    assert macro(recall) == 0.75


def test_buckets_speak_of_rare_and_of_common_species_apart() -> None:
    train_images = np.array([1, 3, 50, 101, 100, 1])
    outcome = _outcome([0, 1, 2, 2, 3], [0, 0, 2, 0, 3])
    recall = recall_by_class(outcome.labels, outcome.first, 6)
    rows = {row["train_images"]: row for row in bucket_scores(outcome, recall, train_images)}
    assert list(rows) == ["1", "2-4", "5-19", "20-100", "> 100"]
    assert (rows["1"]["classes"], rows["1"]["absent"], rows["1"]["top1"]) == (1, 1, 1)
    assert (rows["2-4"]["images"], rows["2-4"]["top1"]) == (1, 0)
    assert (rows["5-19"]["classes"], rows["5-19"]["top1"]) == (0, None)
    assert (rows["20-100"]["classes"], rows["20-100"]["absent"]) == (1, 1)
    assert rows["20-100"]["macro_top1"] == 0.5
    assert rows["> 100"]["images"] == 1
    assert sum(row["images"] for row in rows.values()) == 5


def test_a_network_as_sure_as_it_is_right_is_calibrated() -> None:
    confidence = np.full(10, 0.8, np.float32)
    right = np.array([True] * 8 + [False] * 2)
    assert calibration_error(confidence, right) == pytest.approx(0, abs=1e-6)
    assert calibration_error(confidence, ~right) == pytest.approx(0.6, abs=1e-6)
    assert calibration_error(np.ones(4, np.float32), np.zeros(4, bool)) == 1
    assert calibration_error(np.empty(0, np.float32), np.empty(0, bool)) == 0


def test_the_interval_holds_the_share_and_shrinks_with_the_count() -> None:
    # Newcombe, "Two-sided confidence intervals for the single proportion", 1998: 81 of 263.
    assert wilson_interval(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson_interval(1.0, 10)[1] == pytest.approx(1)
    assert wilson_interval(0.0, 0) == (0, 1)


def test_an_outcome_keeps_the_five_best_or_as_many_as_there_are() -> None:
    writer = OutcomeWriter(classes=3)
    writer.add(torch.tensor([4, 2]), torch.tensor([2, 0]), torch.tensor([[1.0, 2, 3], [1, 3, 2]]))
    outcome = writer.outcome()
    assert outcome.k == 3
    assert outcome.top.tolist() == [[2, 1, 0], [1, 2, 0]]
    assert outcome.first.tolist() == [True, False]
    assert outcome.among.all()
    assert outcome.certainty.losses[0] == pytest.approx(-np.log(outcome.probabilities[0, 0]))


def test_a_temperature_changes_how_sure_a_network_is_and_not_what_it_says() -> None:
    labels, logits = torch.tensor([0, 1]), torch.tensor([[2.0, 0], [0, 4]])
    writer = OutcomeWriter(classes=2, temperature=2.0)
    writer.add(torch.arange(2), labels, logits)
    outcome = writer.outcome()
    assert outcome.top.tolist() == [[0, 1], [1, 0]]
    expected = (logits / 2).softmax(1)[[0, 1], [0, 1]].numpy()
    assert outcome.probabilities[:, 0] == pytest.approx(expected)
    assert outcome.certainty.confidence == pytest.approx(expected)
    assert outcome.certainty.brier == pytest.approx(2 * (1 - expected) ** 2)
    assert outcome.plain.losses == pytest.approx(
        torch.nn.functional.cross_entropy(logits, labels, reduction="none").numpy()
    )


def test_an_outcome_of_nothing_is_empty() -> None:
    assert len(OutcomeWriter(classes=3).outcome().labels) == 0
