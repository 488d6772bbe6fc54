"""Counting correct predictions."""

import numpy as np
import pytest
import torch

from engine.training.report.metrics import MetricAccumulator, genera_of

CPU = torch.device("cpu")


def _count_by(classes: int, logits: list[list[float]], labels: list[int]) -> MetricAccumulator:
    accumulator = MetricAccumulator(classes, CPU)
    accumulator.add(torch.tensor(logits), torch.tensor(labels))
    return accumulator


def test_macro_top1_is_the_mean_over_the_classes_that_occur() -> None:
    right, wrong = [9.0, 0, 0, 0], [0, 9.0, 0, 0]
    metrics = _count_by(4, [right, right, right, wrong, wrong], [0, 0, 0, 0, 1]).read()
    assert metrics.top1 == pytest.approx(4 / 5)
    assert metrics.macro_top1 == pytest.approx((3 / 4 + 1) / 2)
    assert metrics.classes == 2


def test_top_k_is_limited_to_the_number_of_classes_and_says_so() -> None:
    metrics = _count_by(3, [[1.0, 2, 3], [3.0, 2, 1]], [0, 2]).read()
    assert metrics.k == 3
    assert metrics.top5 == 1
    assert metrics.top1 == 0


def test_top5_counts_the_five_best() -> None:
    ascending = [float(value) for value in range(8)]
    metrics = _count_by(8, [ascending] * 2, [3, 2]).read()
    assert metrics.top5 == 0.5


def test_counts_continue_from_a_checkpoint() -> None:
    first = _count_by(3, [[1.0, 0, 0]], [0])
    second = MetricAccumulator(3, CPU)
    second.load(first.tensors())
    second.add(torch.tensor([[1.0, 0, 0]]), torch.tensor([1]))
    assert second.read().images == 2
    assert second.read().top1 == 0.5


def test_empty_counts_read_as_zero() -> None:
    assert MetricAccumulator(3, CPU).read().macro_top1 == 0


def test_genus_buckets_and_top5_by_class_are_counted_correctly() -> None:
    genera = genera_of(("Rosa canina", "Rosa rugosa", "Urtica dioica"))
    accumulator = MetricAccumulator(3, CPU, genera, np.array([1, 30, 500]))
    logits = torch.tensor([[0.0, 2, 1], [0, 2, 1], [0, 2, 1]])
    accumulator.add(logits, torch.tensor([0, 1, 2]))
    metrics = accumulator.read()
    assert metrics.genus_top1 == pytest.approx(2 / 3)
    assert metrics.bucket_top1 == {"top1_1": 0, "top1_20_100": 1, "top1_over_100": 0}
    assert metrics.macro_top5 == 1
    assert accumulator.by_class().tolist() == [[1, 1, 1], [0, 1, 0], [1, 1, 1]]
    assert metrics.top1_low < metrics.top1 < metrics.top1_high


def test_confidence_is_compared_with_accuracy() -> None:
    sure = torch.tensor([0.9, 0.1]).log()
    accumulator = MetricAccumulator(2, CPU)
    accumulator.add(sure.repeat(10, 1), torch.tensor([0] * 9 + [1]))
    assert accumulator.read().ece == pytest.approx(0, abs=1e-6)
    assert accumulator.read().loss == pytest.approx(
        -0.9 * np.log(0.9) - 0.1 * np.log(0.1), rel=1e-6
    )
    accumulator.add(sure.repeat(10, 1), torch.ones(10, dtype=torch.int64))
    assert accumulator.read().ece == pytest.approx(0.45, abs=1e-6)
