"""How shares between 0 and 1 spread over photographs."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from plotly import graph_objects as go

from studio import text
from studio.charts.chart import Chart, Table, figure
from studio.palette import LIGHT

_BINS = 10


def shares(title: str, values: Sequence[float], what: str) -> Chart:
    """A histogram of shares in ten equal bins; `what` names the axis."""
    counts, edges = np.histogram(np.clip(values, 0, 1), bins=_BINS, range=(0, 1))
    labels = [f"{100 * low:.0f}–{high:.0%}" for low, high in pairwise(edges)]
    drawn = figure(
        go.Bar(
            x=labels,
            y=counts,
            marker_color=LIGHT.leaf,
            hovertemplate="%{y:,} photographs with %{x}<extra></extra>",
        ),
        height=220,
    )
    drawn.update_xaxes(type="category", tickangle=-40, title_text=what)
    drawn.update_yaxes(title_text="Photographs", tickformat=",", rangemode="tozero")
    middle = float(np.median(values)) if len(values) else float("nan")
    summary = (
        f"{text.count(len(values), 'photograph')}, from {text.percentage(min(values))} to "
        f"{text.percentage(max(values))}; half have {text.percentage(middle)} or less."
        if len(values)
        else "No photographs to measure."
    )
    rows = tuple(zip(labels, (text.number(count) for count in counts), strict=True))
    return Chart(drawn, title, summary, Table((title, "Photographs"), rows))
