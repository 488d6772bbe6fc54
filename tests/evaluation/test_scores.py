"""Scores of an outcome."""

import numpy as np
import pytest
import torch

from engine.evaluation.outcome import OutcomeWriter
from engine.evaluation.scores import EvaluationScores
from engine.split.classes import ClassMap


def test_the_scores_equal_those_computed_by_hand() -> None:
    classes = ClassMap(("Rosa canina", "Rosa rugosa", "Urtica dioica"))
    scores = EvaluationScores(classes, np.array([1, 3, 200]), 2.0, torch.device("cpu"))
    chances = torch.tensor([[0.7, 0.2, 0.1], [0.6, 0.3, 0.1], [0.1, 0.2, 0.7], [0.1, 0.6, 0.3]])
    labels = torch.tensor([0, 1, 2, 2])
    scores.add(torch.arange(4), labels, chances.log())
    assert len(scores) == 4
    values = scores.values()
    assert (values["images"], values["classes"], values["classes_absent"]) == (4, 3, 0)
    assert (values["top1"], values["top5"], values["k"]) == (0.5, 1, 3)
    assert values["macro_top1"] == pytest.approx((1 + 0 + 1 / 2) / 3)
    assert values["genus_top1"] == 0.75
    truth = np.eye(3)[labels]
    for shares, held in (
        (chances.numpy(), values["before_temperature"]),
        (_tempered(chances.numpy()), values),
    ):
        sure = shares.max(1)
        assert held["nll"] == pytest.approx(-np.log(shares[range(4), labels]).mean(), rel=1e-6)
        assert held["brier"] == pytest.approx(((shares - truth) ** 2).sum(1).mean(), rel=1e-6)
        # For each bin: confidence and accuracy.
        bins = {int(one * 15) for one in sure}
        right = np.array([1, 0, 1, 0])
        error = sum(abs((sure - right)[(sure * 15).astype(int) == b].sum()) for b in bins) / 4
        assert held["ece"] == pytest.approx(error, abs=1e-6)
    assert values["loss"] == values["before_temperature"]["nll"]
    assert {row["train_images"]: row["top1"] for row in values["buckets"]} == {
        "1": 1, "2-4": 0, "5-19": None, "20-100": None, "> 100": 0.5
    }  # fmt: skip
    assert values["species"][0]["species"] == "Rosa rugosa"


def _tempered(shares: np.ndarray) -> np.ndarray:
    flatter = shares**0.5
    return np.asarray(flatter / flatter.sum(1, keepdims=True))


def test_an_outcome_keeps_the_five_best_or_as_many_as_exist() -> None:
    writer = OutcomeWriter(classes=3)
    writer.add(torch.tensor([4, 2]), torch.tensor([2, 0]), torch.tensor([[1.0, 2, 3], [1, 3, 2]]))
    outcome = writer.outcome()
    assert outcome.k == 3
    assert outcome.top.tolist() == [[2, 1, 0], [1, 2, 0]]
    assert outcome.first.tolist() == [True, False]
    assert outcome.among.all()
    assert outcome.certainty.losses[0] == pytest.approx(-np.log(outcome.probabilities[0, 0]))


def test_a_temperature_changes_the_confidence_and_not_the_prediction() -> None:
    labels, logits = torch.tensor([0, 1]), torch.tensor([[2.0, 0], [0, 4]])
    writer = OutcomeWriter(classes=2, temperature=2.0)
    writer.add(torch.arange(2), labels, logits)
    outcome = writer.outcome()
    assert outcome.top.tolist() == [[0, 1], [1, 0]]
    expected = (logits / 2).softmax(1)[[0, 1], [0, 1]].numpy()
    assert outcome.probabilities[:, 0] == pytest.approx(expected)
    assert outcome.certainty.brier == pytest.approx(2 * (1 - expected) ** 2)
    assert outcome.plain.losses == pytest.approx(
        torch.nn.functional.cross_entropy(logits, labels, reduction="none").numpy()
    )


def test_an_outcome_without_photographs_is_empty() -> None:
    assert len(OutcomeWriter(classes=3).outcome().labels) == 0
