"""Measurements over time: loss, accuracy, learning rate, images a second."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from plotly import graph_objects as go

from studio import text
from studio.charts.chart import Chart, Table, figure
from studio.palette import LIGHT, PARTS

_MOST_POINTS = 1_500
_DASHES = {"train": "solid", "val": "solid", "test": "dot"}


@dataclass(frozen=True)
class Line:
    """One measured curve. `part` (train, val, test) sets its colour; `faint` dashes it."""

    name: str
    x: Sequence[float] | NDArray[np.generic]
    y: Sequence[float] | NDArray[np.generic]
    part: str = ""
    faint: bool = False


def curves(
    lines: Sequence[Line],
    *,
    title: str,
    y_title: str,
    x_title: str = "Epoch",
    best: Literal["lowest", "highest", "none"] = "none",
    form: Literal["number", "percentage", "scientific"] = "number",
    log: bool = False,
    height: int = 300,
) -> Chart:
    """Several lines over one axis, each at most 1,500 points however long the run."""
    shown = [_thinned(line) for line in lines]
    drawn = figure(*[_trace(line, x, y) for line, (x, y) in zip(lines, shown, strict=True)])
    drawn.update_layout(height=height, hovermode="x unified", showlegend=len(lines) > 1)
    drawn.update_xaxes(title_text=x_title, tickformat="~g", rangemode="tozero")
    tick = {"number": "~g", "percentage": ".0%", "scientific": "~e"}[form]
    hover = {"number": ".4~g", "percentage": ".1%", "scientific": ".3~e"}[form]
    drawn.update_yaxes(
        title_text=y_title, tickformat=tick, hoverformat=hover, type="log" if log else "linear"
    )
    if form == "percentage":
        drawn.update_yaxes(rangemode="tozero")
    rows = tuple(_row(line, best, form) for line in lines)
    header = ("Line", "Points", "First", "Last", "Best" if best != "none" else "Largest")
    return Chart(drawn, title, _summary(rows, x_title, best), Table(header, rows))


def _trace(line: Line, x: NDArray[np.float64], y: NDArray[np.float64]) -> go.Scatter:
    look: dict[str, Any] = {"dash": "dash" if line.faint else _DASHES.get(line.part, "solid")}
    if line.part in PARTS:
        look["color"] = PARTS[line.part]
    elif not line.part:
        look["color"] = LIGHT.leaf
    return go.Scatter(
        name=line.name,
        x=x,
        y=y,
        mode="lines+markers" if len(x) <= 60 else "lines",
        line={"width": 1.5 if line.faint else 2.25, **look},
        marker={"size": 5, "symbol": "circle" if line.part != "val" else "diamond"},
    )


def _thinned(line: Line) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The lowest and the highest point of each of 750 stretches, so that no spike is lost."""
    x, y = np.asarray(line.x, float), np.asarray(line.y, float)
    if len(x) <= _MOST_POINTS:
        return x, y
    filled = np.nan_to_num(y, nan=0.0, posinf=0.0, neginf=0.0)
    starts = np.linspace(0, len(x), _MOST_POINTS // 2 + 1).astype(int)
    kept = {0, len(x) - 1}
    for start, stop in pairwise(starts):
        kept.update((start + filled[start:stop].argmin(), start + filled[start:stop].argmax()))
    places = np.array(sorted(int(place) for place in kept))
    return x[places], y[places]


def _row(line: Line, best: str, form: str) -> tuple[str, ...]:
    y = np.asarray(line.y, float)
    if not np.isfinite(y).any():
        return (line.name, text.number(len(y)), "–", "–", "–")
    place = int(np.nanargmin(y) if best == "lowest" else np.nanargmax(y))
    extreme = f"{_written(y[place], form)} at {line.x[place]:,.6g}"
    return (line.name, text.number(len(y)), _written(y[0], form), _written(y[-1], form), extreme)


def _written(value: float, form: str) -> str:
    if form == "percentage":
        return text.percentage(value)
    return f"{value:.3g}" if form == "scientific" or abs(value) < 1_000 else text.number(value)


def _summary(rows: Sequence[tuple[str, ...]], x_title: str, best: str) -> str:
    measured = [row for row in rows if row[1] != "0"]
    if not measured:
        return "Nothing measured yet."
    place = f"{x_title.lower()} "
    return " ".join(
        f"{name}: from {first} to {last}"
        + (f", {best} {extreme.replace(' at ', f' at {place}')}." if best != "none" else ".")
        for name, _, first, last, extreme in measured
    )
