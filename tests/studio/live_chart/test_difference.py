"""A page receives only the data that it does not have."""

from typing import Any

import numpy as np

from engine.runs.thinning import thinned
from studio.charts.curves import CurveStyle, Line, drawing
from studio.charts.drawing import DrawnChart
from studio.live_chart.component import difference


def drawn(count: int, title: str = "Loss", **line: Any) -> DrawnChart:
    steps = np.arange(count)
    return drawing(
        [Line("train", steps, 1 / (1 + steps), **line)], CurveStyle(title, "Cross-entropy")
    )


def shown(before: list[dict[str, Any]], entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The state of the page after a message, as its script assembles it."""
    return [
        {axis: known.get(axis, [])[: new["keep"]] + new[axis] for axis in ("x", "y")}
        for known, new in zip(before or [{}] * len(entry["traces"]), entry["traces"], strict=True)
    ]


def test_an_empty_page_receives_everything() -> None:
    entry = difference("loss", None, drawn(100))
    assert entry["traces"][0]["keep"] == 0
    assert len(entry["traces"][0]["x"]) == 100
    assert entry["layout"] and entry["traces"][0]["look"]


def test_for_a_growing_curve_only_the_new_points_are_sent() -> None:
    entry = difference("loss", drawn(100), drawn(103))
    assert entry["traces"][0]["keep"] == 100
    assert entry["traces"][0]["x"] == [100.0, 101.0, 102.0]
    assert "layout" not in entry and "look" not in entry["traces"][0]


def test_a_curve_changed_in_the_past_is_sent_from_the_change_on() -> None:
    steps = np.arange(50.0)
    changed = np.where(steps < 30, 1 / (1 + steps), 7.0)
    after = drawing([Line("train", steps, changed)], CurveStyle("Loss", "Cross-entropy"))
    assert difference("loss", drawn(50), after)["traces"][0]["keep"] == 30


def test_nan_is_sent_as_null_and_only_once() -> None:
    values = np.array([1.0, np.nan, 3.0])
    before = drawing([Line("train", [1, 2], values[:2])], CurveStyle("Loss", "Cross-entropy"))
    after = drawing([Line("train", [1, 2, 3], values)], CurveStyle("Loss", "Cross-entropy"))
    assert difference("loss", None, after)["traces"][0]["y"] == [1.0, None, 3.0]
    assert difference("loss", before, after)["traces"][0]["y"] == [3.0]


def test_after_each_message_the_page_has_the_exact_curve_of_any_length() -> None:
    before, page = None, []
    for count in (1, 59, 61, 1_999, 2_001, 5_000, 5_001, 20_000):
        after = drawn(count)
        page = shown(page, difference("loss", before, after))
        before = after
        x, y = thinned(np.arange(count, dtype=float), 1 / (1 + np.arange(count)))
        assert page[0]["x"] == x.tolist() and page[0]["y"] == y.tolist()


def test_a_long_curve_that_grows_by_a_point_sends_a_few() -> None:
    entry = difference("loss", drawn(20_000), drawn(20_001))
    assert len(entry["traces"][0]["x"]) <= 4


def test_a_new_number_of_lines_sends_all_lines() -> None:
    two = drawing(
        [Line("a", [1, 2], [1, 2]), Line("b", [1, 2], [3, 4])], CurveStyle("Loss", "Cross-entropy")
    )
    assert [t["keep"] for t in difference("loss", drawn(2), two)["traces"]] == [0, 0]
