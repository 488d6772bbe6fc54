"""The charts of the crop lab."""

import numpy as np
import pytest

from engine.crop.sweep import Measure, Sweep
from studio.charts.shares import shares
from studio.charts.sweep import sweep_chart
from studio.palette import LIGHT

SWEEP = Sweep(
    "threshold",
    (0.1, 0.3, 0.5),
    (0.0, 0.2),
    {"kept": np.array([[0.5, 0.9], [0.4, np.nan], [0.1, 0.2]]), "area": np.full((3, 2), 0.25)},
)


def test_a_histogram_counts_shares_in_ten_bins() -> None:
    chart = shares("Area kept", [0.05, 0.5, 0.55, 1.0], "Share of the area")
    assert list(chart.figure.data[0].y) == [1, 0, 0, 0, 0, 2, 0, 0, 0, 1]
    assert chart.summary == "4 photographs, from 5.0% to 100.0%; half have 52.5% or less."
    assert chart.table.rows[5] == ("50–60%", "2")


def test_without_photographs_a_histogram_says_so() -> None:
    assert shares("Area kept", [], "Share").summary == "No photographs to measure."


def test_a_sweep_has_a_cell_for_each_pair_of_settings() -> None:
    chart = sweep_chart(SWEEP, "kept", (0.32, 0.2))
    (drawn,) = chart.figure.data
    assert list(drawn.x) == ["0%", "20%"]
    assert list(drawn.y) == ["10%", "30%", "50%"]
    assert drawn.text[0][1] == "90%"
    assert drawn.z[1][1] is None
    assert chart.table.rows[1] == ("30%", "40%", "–")
    assert "Highest: 90% (Saliency threshold: 10%, padding: 20%)" in chart.summary


def test_the_cell_nearest_to_the_current_settings_is_outlined() -> None:
    (shape,) = sweep_chart(SWEEP, "kept", (0.32, 0.19)).figure.layout.shapes
    assert (shape.x0, shape.x1, shape.y0, shape.y1) == (0.5, 1.5, 0.5, 1.5)


@pytest.mark.parametrize("measure", ["kept", "area"])
def test_the_text_colour_is_readable_on_every_scale(
    measure: Measure,
) -> None:
    (drawn,) = sweep_chart(SWEEP, measure, (0.32, 0.2)).figure.data
    assert drawn.textfont.color == LIGHT.text
    assert {colour for _, colour in drawn.colorscale} <= {LIGHT.surface, LIGHT.gain, LIGHT.cost}


def test_for_area_the_lowest_value_is_named() -> None:
    assert "Lowest: 25%" in sweep_chart(SWEEP, "area", (0.1, 0)).summary
