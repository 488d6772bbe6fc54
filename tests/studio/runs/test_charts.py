"""The charts of runs and their marks."""

import json
from pathlib import Path
from typing import Any

from engine.runs.history import History
from studio.runs.charts import ChartOptions, run_charts
from studio.runs.overlay import overlays, short_names

VAL = {"loss": 1.0, "top1": 0.5, "top5": 0.9, "macro_top1": 0.5}


def history_of(path: Path, *points: tuple[str, dict[str, Any]]) -> History:
    """A run with these points, one step and one epoch each."""
    lines = [
        {"t": 0, "attempt": 1, "step": step, "epoch": step, "split": part, **values}
        for step, (part, values) in enumerate(points, 1)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    history = History()
    history.read_new(path)
    return history


def test_only_measured_values_have_a_chart(tmp_path: Path) -> None:
    plain = history_of(tmp_path / "plain", ("train", {"loss": 1.0, "cpu": 0.8}))
    drawn = run_charts(plain)
    assert "cpu" in drawn and "gpu" not in drawn
    gpu = history_of(tmp_path / "gpu", ("train", {"loss": 1.0, "cpu": 0.8, "gpu": 0.97}))
    assert run_charts(gpu)["gpu"].summary == "train: from 97.0% to 97.0%."


def test_the_star_of_macro_top1_marks_the_best_checkpoint(tmp_path: Path) -> None:
    losses = (1.2, 0.9, 1.1)
    points = [("val", {**VAL, "loss": loss}) for loss in losses]
    drawn = run_charts(history_of(tmp_path / "metrics", *points))
    (star,) = drawn["macro_top1"].layout["annotations"]
    assert (star["text"], star["x"]) == ("★", 2)
    assert drawn["macro_top1"].table.rows[0][-1] == "50.0% at 2"


def test_each_compared_run_has_its_star(tmp_path: Path) -> None:
    first = history_of(tmp_path / "first", ("val", {**VAL, "macro_top1": 0.9}), ("val", VAL))
    second = history_of(tmp_path / "second", ("val", VAL), ("val", {**VAL, "macro_top1": 0.7}))
    drawn = overlays({"a": first, "b": second}, {"a": ["a"], "b": ["b"]}, ChartOptions())
    stars = [(star["x"], star["y"]) for star in drawn["macro_top1"].layout["annotations"]]
    assert stars == [(1, 0.9), (2, 0.7)]


def test_with_many_runs_only_val_is_drawn(tmp_path: Path) -> None:
    judged = history_of(tmp_path / "judged", ("train", {"loss": 2.0}), ("val", VAL))
    young = history_of(tmp_path / "young", ("train", {"loss": 2.0}))

    def lines(count: int) -> list[str]:
        runs = {f"r{number}": judged for number in range(count - 1)} | {"young": young}
        drawn = overlays(runs, {run_id: [run_id] for run_id in runs}, ChartOptions())
        return [trace.look["name"] for trace in drawn["loss"].traces]

    assert lines(2) == ["r0 (train)", "r0", "young (train)", "young"]
    assert lines(11) == [*(f"r{number}" for number in range(10)), "young (train)", "young"]


def test_runs_have_short_names_if_these_are_unique() -> None:
    first, second = "oak-20261125-105134-298", "oak-20261125-105137-908"
    assert short_names([first, "beech"]) == {first: "oak", "beech": "beech"}
    assert short_names([first, second]) == {first: first, second: second}
