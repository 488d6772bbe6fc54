import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.runs.history import History


def write(path: Path, *lines: dict[str, Any]) -> None:
    with path.open("a") as stream:
        stream.writelines(json.dumps(line) + "\n" for line in lines)


def train(step: int, attempt: int = 1, **values: Any) -> dict[str, Any]:
    return {"attempt": attempt, "step": step, "epoch": step / 10, "split": "train", **values}


@pytest.fixture
def metrics(tmp_path: Path) -> Path:
    return tmp_path / "metrics.jsonl"


def test_only_new_points_are_read(metrics: Path) -> None:
    history = History()
    assert not history.read_new(metrics)
    write(metrics, train(10, loss=2.0), train(20, loss=1.5))
    assert history.read_new(metrics)
    assert not history.read_new(metrics)
    write(metrics, train(30, loss=1.0))
    assert history.read_new(metrics)
    assert history.train["loss"].tolist() == [2.0, 1.5, 1.0]
    assert history.train.last("loss") == 1.0
    assert history.train.last("lr") is None


def test_steps_repeated_after_a_resume_replace_the_old_ones(metrics: Path) -> None:
    write(metrics, *(train(step, loss=1.0) for step in (10, 20, 30, 40)))
    write(metrics, *(train(step, attempt=2, loss=2.0) for step in (25, 35)))
    history = History()
    history.read_new(metrics)
    assert history.train["step"].tolist() == [10, 20, 25, 35]


def test_a_file_that_was_restarted_is_read_from_its_start(metrics: Path) -> None:
    history = History()
    write(metrics, *(train(step, loss=1.0) for step in (10, 20, 30)))
    history.read_new(metrics)
    metrics.write_text("")
    history.read_new(metrics)
    write(metrics, train(10, loss=3.0))
    history.read_new(metrics)
    assert history.train["loss"].tolist() == [3.0]


def test_damaged_and_foreign_lines_change_nothing(metrics: Path) -> None:
    metrics.write_text('{"split": "train"}\nnot json\n{"split": "other", "step": 1}\n[1]\n')
    history = History()
    history.read_new(metrics)
    assert len(history.train) == len(history.val) == 0


def test_every_measurement_becomes_a_curve_with_gaps(metrics: Path) -> None:
    write(metrics, train(10, loss=2.0), train(20, loss=1.5, memory_bytes=7), train(30, loss=None))
    history = History()
    history.read_new(metrics)
    assert np.array_equal(history.train["memory_bytes"], [math.nan, 7, math.nan], equal_nan=True)
    assert np.array_equal(history.train["loss"], [2.0, 1.5, math.nan], equal_nan=True)
    assert np.isnan(history.train["nothing"]).all()


def test_the_start_of_each_attempt_is_known(metrics: Path) -> None:
    write(metrics, train(10, t=100.0), train(20), train(15, attempt=2, t=500.0), train(25, 2))
    history = History()
    history.read_new(metrics)
    assert [(b.attempt, b.step, b.t) for b in history.attempt_starts] == [
        (1, 10, 100),
        (2, 15, 500),
    ]


def test_smoothing_continues_from_its_state_and_starts_without_a_bias(metrics: Path) -> None:
    values = [4.0, 2.0, 1.0, 3.0, 2.0]
    write(metrics, *(train(step, loss=value) for step, value in enumerate(values[:3])))
    history = History()
    history.read_new(metrics)
    assert history.train.smoothed("loss", 0.5)[0] == 4.0
    write(metrics, *(train(step, loss=value) for step, value in enumerate(values[3:], 3)))
    history.read_new(metrics)
    weights = [[0.5 ** (n - i) for i in range(n + 1)] for n in range(5)]
    expected = [np.average(values[: n + 1], weights=weights[n]) for n in range(5)]
    assert history.train.smoothed("loss", 0.5) == pytest.approx(expected)
    assert history.train.smoothed("loss", 0.0) == pytest.approx(values)


def test_the_best_epoch_is_the_one_whose_checkpoint_training_keeps(metrics: Path) -> None:
    history = History()
    assert history.kept() is None
    epochs = [(0.5, 1.2), (0.6, 1.1), (0.6, 0.9), (0.6, 0.9), (None, 0.1)]
    for epoch, (macro, loss) in enumerate(epochs, 1):
        line = {"attempt": 1, "step": epoch, "epoch": epoch, "split": "val"}
        write(metrics, {**line, "macro_top1": macro, "loss": loss})
    history.read_new(metrics)
    assert history.kept() == 2, "of equal ones that with the lowest loss, the first of those"
