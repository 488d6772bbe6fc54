"""Threshold by padding as a heat map: one cell per pair of settings."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from plotly import graph_objects as go

from engine.crop.sweep import Axis, Measure, Sweep
from engine.language.message import deferred, gettext, message
from studio import text
from studio.charts.chart import Chart, Table, figure
from studio.palette import LIGHT


@dataclass(frozen=True)
class Wording:
    """The name of a measure, its meaning, and whether higher is better."""

    title: str
    meaning: str
    more_is_better: bool = True


_AXES: dict[Axis, str] = {
    "threshold": deferred("Saliency threshold"),
    "mass": deferred("Saliency in the square"),
}
WORDINGS: dict[Measure, Wording] = {
    "kept": Wording(
        deferred("Saliency kept"), deferred("The share of all saliency inside the square.")
    ),
    "area": Wording(
        deferred("Area kept"), deferred("The square's share of the photograph."), False
    ),
    "fallback": Wording(deferred("Centre kept"), deferred("How often no subject is found."), False),
    "plant_kept": Wording(
        deferred("Plant kept"),
        deferred("How often the square holds nine tenths of the plant's true box."),
    ),
    "fill": Wording(
        deferred("Fill"), deferred("The share of the square inside the plant's true box.")
    ),
}


def sweep_chart(sweep: Sweep, measure: Measure, now: tuple[float, float]) -> Chart:
    """The heat map of one measure. `now` is the current pair (row value, padding), drawn with an
    outline.
    """
    wording = WORDINGS[measure]
    values = sweep.measures[measure]
    columns, rows = axis_labels(sweep.paddings), axis_labels(sweep.rows)
    name = gettext(_AXES[sweep.axis])
    hover = gettext(
        "{setting}: {row}, padding: {padding}: {value}",
        setting=name,
        row="%{y}",
        padding="%{x}",
        value="%{text}",
    )
    drawn = figure(height=120 + 30 * len(rows))
    drawn.add_trace(
        go.Heatmap(
            x=columns,
            y=rows,
            z=[[_finite(value) for value in row] for row in values],
            text=[[_cell(value) for value in row] for row in values],
            texttemplate="%{text}",
            # Plotly's automatic text colour has too little contrast in the middle of the scale.
            textfont={"color": LIGHT.text, "size": 13},
            colorscale=_colours(wording.more_is_better),
            showscale=False,
            xgap=2,
            ygap=2,
            hovertemplate=f"{hover}<extra></extra>",
        )
    )
    _outline(drawn, nearest(sweep.paddings, now[1]), nearest(sweep.rows, now[0]))
    drawn.update_xaxes(title_text=gettext("Padding"), type="category", showline=False, ticks="")
    drawn.update_yaxes(title_text=name, type="category", showgrid=False)
    table = Table(
        (name, *(gettext("Padding {value}", value=label) for label in columns)),
        tuple((label, *map(_cell, row)) for label, row in zip(rows, values.tolist(), strict=True)),
    )
    return Chart(drawn, gettext(wording.title), _summary(sweep, measure, name), table)


def axis_labels(values: tuple[float, ...]) -> list[str]:
    """The formatted values of an axis."""
    return [text.percentage(value, 0) for value in values]


def _colours(more_is_better: bool) -> list[list[float | str]]:
    return [[0.0, LIGHT.surface], [1.0, LIGHT.gain if more_is_better else LIGHT.cost]]


def _outline(drawn: go.Figure, column: int, row: int) -> None:
    drawn.add_shape(
        type="rect",
        x0=column - 0.5,
        x1=column + 0.5,
        y0=row - 0.5,
        y1=row + 0.5,
        line={"color": LIGHT.text, "width": 3},
    )


def nearest(values: tuple[float, ...], value: float) -> int:
    """The index of the nearest value on the axis."""
    return int(np.abs(np.array(values) - value).argmin())


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _cell(value: float) -> str:
    return text.percentage(value, 0)


def _summary(sweep: Sweep, measure: Measure, name: str) -> str:
    values: NDArray[np.float64] = sweep.measures[measure]
    if not np.isfinite(values).any():
        return gettext("This sample has nothing to measure.")
    wording = WORDINGS[measure]
    place = np.nanargmax(values) if wording.more_is_better else np.nanargmin(values)
    row, column = np.unravel_index(int(place), values.shape)
    best = {
        "value": float(values[row, column]),
        "setting": name,
        "row": sweep.rows[row],
        "padding": sweep.paddings[column],
    }
    fields = {**best, "meaning": message(wording.meaning)}
    if wording.more_is_better:
        return gettext(
            "{meaning} Highest: {value:.0%} ({setting}: {row:.0%}, padding: {padding:.0%}).",
            **fields,
        )
    return gettext(
        "{meaning} Lowest: {value:.0%} ({setting}: {row:.0%}, padding: {padding:.0%}).", **fields
    )
