"""A chart taken apart: what stays the same from one drawing to the next, and the growing points."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.charts.chart import Table
from studio.template import template

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Trace:
    """One line: its look as Plotly writes it, and its points, x and y (points,)."""

    look: dict[str, Any]
    x: Floats
    y: Floats


@dataclass(frozen=True)
class DrawnChart:
    """A chart in plain values, which are made anew in a millisecond; a `Chart` takes twenty."""

    title: str
    summary: str
    table: Table
    layout: dict[str, Any]
    traces: tuple[Trace, ...] = field(default_factory=tuple)


@cache
def plain_template() -> dict[str, Any]:
    """The studio's template as plain values."""
    values: dict[str, Any] = template().to_plotly_json()
    return values
