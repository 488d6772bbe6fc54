import math

import numpy as np

from engine.language.current import language_set
from studio.charts.curves import CurveStyle, Line, drawing
from studio.palette import PARTS


def test_train_and_val_have_their_own_colours_and_a_legend() -> None:
    chart = drawing(
        [Line("train", [1, 2], [3, 1], "train"), Line("val", [1, 2], [3, 2], "val")],
        CurveStyle("Loss", "Cross-entropy", best="lowest"),
    )
    colours = [trace.look["line"]["color"] for trace in chart.traces]
    assert colours == [PARTS["train"], PARTS["val"]]
    assert chart.layout["showlegend"]
    assert chart.summary.startswith("train: from 3 to 1; lowest 1 (Epoch: 2).")


def test_a_single_line_is_named_unless_it_is_train_or_val() -> None:
    def legend(line: Line) -> bool:
        return bool(drawing([line], CurveStyle("Top-1", "")).layout["showlegend"])

    assert legend(Line("20-100 in train", [1, 2], [3, 1]))
    assert not legend(Line("val", [1, 2], [3, 1], "val"))


def test_a_very_long_run_is_thinned_without_losing_a_spike() -> None:
    y = np.zeros(200_000)
    y[123_456], y[55] = 9.0, -4.0
    line = Line("loss", np.arange(200_000), y)
    trace = drawing([line], CurveStyle("Loss", "")).traces[0]
    assert len(trace.x) <= 2_000
    assert (trace.y.max(), trace.y.min()) == (9.0, -4.0)
    assert (trace.x[0], trace.x[-1]) == (0, 199_999)
    assert np.all(np.diff(trace.x) > 0)


def test_a_loss_that_is_nan_leaves_a_gap_and_no_error() -> None:
    chart = drawing(
        [Line("train", [1, 2, 3], [2, math.nan, 1], "train"), Line("val", [1], [math.nan], "val")],
        CurveStyle("Loss", "", best="lowest"),
    )
    assert math.isnan(chart.traces[0].y[1])
    assert chart.table.rows[1] == ("val", "1", "–", "–", "–")


def test_a_chart_without_measurements_says_so() -> None:
    chart = drawing([Line("train", [], [], "train")], CurveStyle("Loss", ""))
    assert chart.summary == "Nothing measured yet."
    assert drawing([], CurveStyle("Loss", "")).summary == "Nothing measured yet."


def test_zoom_and_hidden_lines_persist_when_data_change() -> None:
    first = drawing([Line("train", [1], [1])], CurveStyle("Loss", ""))
    second = drawing([Line("train", [1, 2], [1, 2])], CurveStyle("Loss", ""))
    assert first.layout["uirevision"] == second.layout["uirevision"] == "kept"


def test_shares_are_drawn_and_described_as_percentages() -> None:
    chart = drawing(
        [Line("val top-1", [1, 2], [0.25, 0.5], "val")],
        CurveStyle("Accuracy", "Share right", best="highest", form="percentage"),
    )
    assert chart.layout["yaxis"]["tickformat"] == ".0%"
    assert chart.table.rows[0] == ("val top-1", "2", "25.0%", "50.0%", "50.0% at 2")


def test_the_numbers_of_a_chart_are_formatted_for_the_language() -> None:
    with language_set("es"):
        chart = drawing(
            [Line("entrenamiento", [1, 2], [3.5, 0.00125], "train")],
            CurveStyle("", "", best="lowest"),
        )
    assert chart.summary == "entrenamiento: de 3,5 a 0,00125; mínimo 0,00125 (Época: 2)."
