"""Counting hits."""

import pytest
import torch

from engine.training.metrics import Tally

CPU = torch.device("cpu")


def _tally(classes: int, logits: list[list[float]], labels: list[int]) -> Tally:
    tally = Tally(classes, CPU)
    tally.add(torch.tensor(logits), torch.tensor(labels), torch.ones(len(labels)))
    return tally


def test_macro_top1_is_the_mean_over_the_classes_that_are_present() -> None:
    right, wrong = [9.0, 0, 0, 0], [0, 9.0, 0, 0]
    metrics = _tally(4, [right, right, right, wrong, wrong], [0, 0, 0, 0, 1]).read()
    assert metrics.top1 == pytest.approx(4 / 5)
    assert metrics.macro_top1 == pytest.approx((3 / 4 + 1) / 2)
    assert metrics.classes == 2


def test_top_k_asks_for_no_more_classes_than_there_are_and_says_so() -> None:
    metrics = _tally(3, [[1.0, 2, 3], [3.0, 2, 1]], [0, 2]).read()
    assert metrics.k == 3
    assert metrics.top5 == 1
    assert metrics.top1 == 0


def test_top5_counts_the_five_best() -> None:
    ascending = [float(value) for value in range(8)]
    metrics = _tally(8, [ascending] * 2, [3, 2]).read()
    assert metrics.top5 == 0.5


def test_a_tally_goes_on_from_what_a_checkpoint_kept() -> None:
    first = _tally(3, [[1.0, 0, 0]], [0])
    second = Tally(3, CPU)
    second.load(first.tensors())
    second.add(torch.tensor([[1.0, 0, 0]]), torch.tensor([1]), torch.ones(1))
    assert second.read().images == 2
    assert second.read().top1 == 0.5


def test_nothing_counted_reads_as_zero() -> None:
    assert Tally(3, CPU).read().macro_top1 == 0
