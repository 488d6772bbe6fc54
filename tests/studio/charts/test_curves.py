import math

import numpy as np

from engine.language.current import language_set
from studio.charts.curves import Line, curves
from studio.palette import PARTS


def test_train_and_val_have_their_own_colours_and_a_legend() -> None:
    chart = curves(
        [Line("train", [1, 2], [3, 1], "train"), Line("val", [1, 2], [3, 2], "val")],
        title="Loss",
        y_title="Cross-entropy",
        best="lowest",
    )
    assert [trace.line.color for trace in chart.figure.data] == [PARTS["train"], PARTS["val"]]
    assert chart.figure.layout.showlegend
    assert chart.summary.startswith("train: from 3 to 1; lowest 1 (Epoch: 2).")


def test_a_single_line_is_named_unless_it_is_train_or_val() -> None:
    def legend(line: Line) -> bool:
        shown = curves([line], title="Top-1", y_title="").figure.layout.showlegend
        return bool(shown)

    assert legend(Line("20-100 in train", [1, 2], [3, 1]))
    assert not legend(Line("val", [1, 2], [3, 1], "val"))


def test_a_very_long_run_is_thinned_without_losing_a_spike() -> None:
    y = np.zeros(200_000)
    y[123_456], y[55] = 9.0, -4.0
    trace = curves([Line("loss", np.arange(200_000), y)], title="Loss", y_title="").figure.data[0]
    assert len(trace.x) <= 2_000
    assert (trace.y.max(), trace.y.min()) == (9.0, -4.0)
    assert (trace.x[0], trace.x[-1]) == (0, 199_999)
    assert np.all(np.diff(trace.x) > 0)


def test_a_loss_that_is_nan_leaves_a_gap_and_no_error() -> None:
    chart = curves(
        [Line("train", [1, 2, 3], [2, math.nan, 1], "train"), Line("val", [1], [math.nan], "val")],
        title="Loss",
        y_title="",
        best="lowest",
    )
    assert math.isnan(chart.figure.data[0].y[1])
    assert chart.table.rows[1] == ("val", "1", "–", "–", "–")


def test_a_chart_without_measurements_says_so() -> None:
    chart = curves([Line("train", [], [], "train")], title="Loss", y_title="")
    assert chart.summary == "Nothing measured yet."
    assert curves([], title="Loss", y_title="").summary == "Nothing measured yet."


def test_zoom_and_hidden_lines_persist_when_data_change() -> None:
    first = curves([Line("train", [1], [1])], title="Loss", y_title="").figure
    second = curves([Line("train", [1, 2], [1, 2])], title="Loss", y_title="").figure
    assert first.layout.uirevision == second.layout.uirevision == "kept"


def test_shares_are_drawn_and_described_as_percentages() -> None:
    chart = curves(
        [Line("val top-1", [1, 2], [0.25, 0.5], "val")],
        title="Accuracy",
        y_title="Share right",
        best="highest",
        form="percentage",
    )
    assert chart.figure.layout.yaxis.tickformat == ".0%"
    assert chart.table.rows[0] == ("val top-1", "2", "25.0%", "50.0%", "50.0% at 2")


def test_the_numbers_of_a_chart_are_formatted_for_the_language() -> None:
    with language_set("es"):
        chart = curves(
            [Line("entrenamiento", [1, 2], [3.5, 0.00125], "train")],
            title="",
            y_title="",
            best="lowest",
        )
    assert chart.summary == "entrenamiento: de 3,5 a 0,00125; mínimo 0,00125 (Época: 2)."
