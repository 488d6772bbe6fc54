import json
from pathlib import Path
from typing import Any

import pytest

from studio.runs.charts import run_charts
from studio.runs.history import History


def write(path: Path, *lines: dict[str, Any]) -> None:
    with path.open("a") as stream:
        stream.writelines(json.dumps(line) + "\n" for line in lines)


def train(step: int, attempt: int = 1, **values: Any) -> dict[str, Any]:
    return {"attempt": attempt, "step": step, "epoch": step / 10, "split": "train", **values}


@pytest.fixture
def metrics(tmp_path: Path) -> Path:
    return tmp_path / "metrics.jsonl"


def test_only_what_is_new_is_taken_in(metrics: Path) -> None:
    history = History()
    assert not history.read_on(metrics)
    write(metrics, train(10, loss=2.0), train(20, loss=1.5))
    assert history.read_on(metrics)
    assert not history.read_on(metrics)
    write(metrics, train(30, loss=1.0))
    assert history.read_on(metrics)
    assert history.train["loss"].tolist() == [2.0, 1.5, 1.0]
    assert history.train.last("loss") == 1.0
    assert history.train.last("lr") is None


def test_steps_that_are_taken_again_after_a_resume_replace_the_old_ones(metrics: Path) -> None:
    write(metrics, *(train(step, loss=1.0) for step in (10, 20, 30, 40)))
    write(metrics, *(train(step, attempt=2, loss=2.0) for step in (25, 35)))
    history = History()
    history.read_on(metrics)
    assert history.train["step"].tolist() == [10, 20, 25, 35]


def test_a_file_that_was_begun_anew_is_read_from_its_start(metrics: Path) -> None:
    history = History()
    write(metrics, *(train(step, loss=1.0) for step in (10, 20, 30)))
    history.read_on(metrics)
    metrics.write_text("")
    history.read_on(metrics)
    write(metrics, train(10, loss=3.0))
    history.read_on(metrics)
    assert history.train["loss"].tolist() == [3.0]


def test_damaged_and_foreign_lines_change_nothing(metrics: Path) -> None:
    metrics.write_text('{"split": "train"}\nnot json\n{"split": "other", "step": 1}\n[1]\n')
    history = History()
    history.read_on(metrics)
    assert len(history.train) == len(history.val) == 0


def test_the_charts_name_the_k_that_was_counted(metrics: Path) -> None:
    write(metrics, train(10, loss=1.0, top1=0.5, top5=0.9, k=3, lr=1e-4, images_per_second=30.0))
    history = History()
    history.read_on(metrics)
    charts = run_charts(history)
    assert charts["top5"].title == "Top-3"
    assert charts["loss"].summary.startswith("train: from 1 to 1")
    assert charts["macro_top1"].summary == "Nothing measured yet."
