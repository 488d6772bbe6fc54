"""Measurements over time: loss, accuracy, learning rate, images per second."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.language.message import deferred, gettext
from engine.runs.thinning import MOST_POINTS, thinned
from studio import text
from studio.charts.chart import Table, separators
from studio.charts.drawing import DrawnChart, Trace, plain_template
from studio.palette import LIGHT, PARTS

_DASHES = {"train": "solid", "val": "solid", "test": "dot"}
_TICKS = {"number": "~g", "percentage": ".0%", "scientific": "~e", "bytes": ".3~s"}
_HOVERS = {"number": ".4~g", "percentage": ".1%", "scientific": ".3~e", "bytes": ".3~s"}

_DESCRIBED_AT_ONCE = 8

Form = Literal["number", "percentage", "scientific", "bytes"]
Best = Literal["lowest", "highest", "none"]
Axis = Literal["epoch", "step", "t"]
_AXES: dict[Axis, str] = {
    "epoch": deferred("Epoch"),
    "step": deferred("Step"),
    "t": deferred("Time"),
}


@dataclass(frozen=True)
class Line:
    """One measured curve. `part` (train, val, test) sets its colour unless `colour` does.

    `faint` draws it dashed. `smooth` has the shape of y, (points,); the chart draws it as the line
    and y faintly behind it. Lines of one `group` are hidden together; only `listed` lines appear in
    the legend. `best` is the index of the best point if it is not the minimum or maximum.
    """

    name: str
    x: Sequence[float] | NDArray[np.generic]
    y: Sequence[float] | NDArray[np.generic]
    part: str = ""
    faint: bool = False
    colour: str = ""
    smooth: NDArray[np.generic] | None = None
    group: str = ""
    listed: bool = True
    best: int | None = None


@dataclass(frozen=True)
class CurveMark:
    """A marked position on the x axis, such as the step where a run was resumed."""

    x: float
    words: str


@dataclass(frozen=True)
class CurveStyle:
    """Texts and axes of a curve chart; `most` limits the points of each line.

    Without an `x_title` the title of the x axis is derived from `axis`.
    """

    title: str
    y_title: str
    x_title: str = ""
    best: Best = "none"
    form: Form = "number"
    log: bool = False
    height: int = 300
    most: int = MOST_POINTS
    axis: Axis = "epoch"


def drawing(lines: Sequence[Line], look: CurveStyle, marks: Sequence[CurveMark] = ()) -> DrawnChart:
    """Several lines over one axis, each with at most `look.most` points for a run of any length.

    The chart is plain data, so that a live page sends only changes.
    """
    rows = tuple(_row(line, look) for line in lines)
    extreme = gettext("Largest") if look.best == "none" else gettext("Best")
    header = (gettext("Line"), gettext("Points"), gettext("First"), gettext("Last"), extreme)
    traces = [trace for line in lines for trace in _traces(line, look.most)]
    return DrawnChart(
        look.title,
        _summary(rows, look),
        Table(header, tuple(row.cells() for row in rows)),
        {**_layout(look, lines, marks), "annotations": _stars(lines, look)},
        tuple(traces),
    )


def _layout(look: CurveStyle, lines: Sequence[Line], marks: Sequence[CurveMark]) -> dict[str, Any]:
    ranged: dict[str, Any] = {}
    if look.form in ("percentage", "bytes") and not look.log:
        ranged["rangemode"] = "tozero"
        if look.form == "percentage" and not any(len(line.y) for line in lines):
            ranged["range"] = [0, 1]
    time_axis = look.axis == "t"
    return {
        "template": plain_template(),
        "height": look.height,
        # Zoom and hidden lines persist when data change, but not when the axis changes.
        "uirevision": "kept" if look.axis == "epoch" else look.axis,
        # With many lines, only one hover label is shown at a time; several would cover the lines.
        "hovermode": "x unified" if len(lines) <= _DESCRIBED_AT_ONCE else "closest",
        # The title names the part of a single line, unless that part is train or val.
        "showlegend": any(line.listed and (len(lines) > 1 or not line.part) for line in lines),
        "xaxis": {
            "title": {"text": _x_title(look)},
            **({"type": "date"} if time_axis else {"tickformat": "~g", "rangemode": "tozero"}),
        },
        "yaxis": {
            "title": {"text": look.y_title},
            "tickformat": _TICKS[look.form],
            "hoverformat": _HOVERS[look.form],
            "ticksuffix": "B" if look.form == "bytes" else "",
            "type": "log" if look.log else "linear",
            **ranged,
        },
        "shapes": [
            {
                "type": "line",
                "x0": mark.x,
                "x1": mark.x,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": LIGHT.stone, "width": 1, "dash": "dot"},
                "label": {
                    "text": mark.words,
                    "textposition": "end",
                    "textangle": 0,
                    "xanchor": "right",
                    "yanchor": "top",
                    "font": {"size": 11, "color": LIGHT.muted},
                },
            }
            for mark in marks
        ],
    }


def _traces(line: Line, most: int) -> list[Trace]:
    x, y = np.asarray(line.x, float), np.asarray(line.y, float)
    colour = line.colour or PARTS.get(line.part, LIGHT.leaf)
    dash = "dash" if line.faint else _DASHES.get(line.part, "solid")
    front = {
        "type": "scatter",
        "name": line.name,
        "mode": "lines+markers" if len(x) <= 60 else "lines",
        "line": {"width": 1.5 if line.faint else 2.25, "color": colour, "dash": dash},
        "marker": {"size": 5, "symbol": "circle" if line.part != "val" else "diamond"},
        "legendgroup": line.group or line.name,
        "showlegend": line.listed,
    }
    if line.smooth is None:
        return [Trace(front, *thinned(x, y, most))]
    behind = {
        **front,
        "mode": "lines",
        "line": {"width": 1, "color": colour},
        "opacity": 0.3,
        "showlegend": False,
        "hoverinfo": "skip",
    }
    smooth = np.asarray(line.smooth, float)
    return [Trace(front, *thinned(x, smooth, most)), Trace(behind, *thinned(x, y, most))]


def _stars(lines: Sequence[Line], look: CurveStyle) -> list[dict[str, Any]]:
    """Stars at the steps of checkpoints; without such a line, at the best point of the last val
    line.
    """
    if look.best == "none" or len(lines) > _DESCRIBED_AT_ONCE:
        return []
    known = [line for line in lines if line.best is not None]
    marked = known or (lines[-1:] if len(lines) <= 2 else [])
    return [star for line in marked for star in _star(line, look)]


def _star(line: Line, look: CurveStyle) -> list[dict[str, Any]]:
    y, place = np.asarray(line.y, float), _best(line, look.best)
    if place is None or (look.log and y[place] <= 0):
        return []
    return [
        {
            "x": float(line.x[place]),
            # On a logarithmic axis, Plotly expects annotation positions as powers of ten.
            "y": float(np.log10(y[place]) if look.log else y[place]),
            "text": "★",
            "showarrow": False,
            "font": {"size": 16, "color": LIGHT.clay},
            "hovertext": gettext("best"),
        }
    ]


def _best(line: Line, best: Best) -> int | None:
    y = np.asarray(line.y, float)
    if line.best is not None:
        return line.best
    if not np.isfinite(y).any():
        return None
    return int(np.nanargmin(y) if best == "lowest" else np.nanargmax(y))


@dataclass(frozen=True)
class _Row:
    """A table row for a line, as formatted numbers; the last four are empty if unknown."""

    name: str
    points: int
    first: str = ""
    last: str = ""
    extreme: str = ""
    x: str = ""

    def cells(self) -> tuple[str, ...]:
        if not self.extreme:
            return (self.name, text.number(self.points), "–", "–", "–")
        at = gettext("{value} at {x}", value=self.extreme, x=self.x)
        return (self.name, text.number(self.points), self.first, self.last, at)


def _row(line: Line, look: CurveStyle) -> _Row:
    y = np.asarray(line.y, float)
    place = _best(line, look.best)
    if place is None:
        return _Row(line.name, len(y))
    known = y[np.isfinite(y)]
    first, last, extreme = (_written(value, look.form) for value in (known[0], known[-1], y[place]))
    return _Row(line.name, len(y), first, last, extreme, _written_x(float(line.x[place]), look))


def _x_title(look: CurveStyle) -> str:
    return look.x_title or gettext(_AXES[look.axis])


def _written_x(x: float, look: CurveStyle) -> str:
    return text.moment(x / 1_000) if look.axis == "t" else _significant(x, 6)


def _written(value: float, form: Form) -> str:
    if form == "percentage":
        return text.percentage(value)
    if form == "bytes":
        return text.size(int(value))
    if form == "scientific" or abs(value) < 1_000:
        return _significant(value, 3)
    return text.number(value)


def _significant(value: float, digits: int) -> str:
    """The number with this many significant digits, formatted by language: 0.00123, "0,00123"."""
    written = f"{value:.{digits}g}"
    if "e" in written:
        return written.replace(".", separators()[0])
    return text.number(value, len(written.partition(".")[2]))


def _summary(rows: Sequence[_Row], look: CurveStyle) -> str:
    measured = [row for row in rows if row.extreme]
    if not measured:
        return gettext("Nothing measured yet.")
    return " ".join(_sentence(row, look) for row in measured)


def _sentence(row: _Row, look: CurveStyle) -> str:
    ends = {"name": row.name, "first": row.first, "last": row.last}
    extreme = {"value": row.extreme, "axis": _x_title(look), "x": row.x}
    if look.best == "lowest":
        return gettext(
            "{name}: from {first} to {last}; lowest {value} ({axis}: {x}).", **ends, **extreme
        )
    if look.best == "highest":
        return gettext(
            "{name}: from {first} to {last}; highest {value} ({axis}: {x}).", **ends, **extreme
        )
    return gettext("{name}: from {first} to {last}.", **ends)
