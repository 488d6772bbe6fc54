"""Distribution of shares between 0 and 1 over photographs."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from plotly import graph_objects as go

from engine.language.message import gettext, ngettext
from studio import text
from studio.charts.chart import Chart, Table, figure
from studio.palette import LIGHT

_BINS = 10


def shares(title: str, values: Sequence[float], what: str) -> Chart:
    """A histogram of shares in ten equal bins; `what` is the title of the axis."""
    counts, edges = np.histogram(np.clip(values, 0, 1), bins=_BINS, range=(0, 1))
    labels = [
        f"{text.number(100 * low)}–{text.percentage(high, 0)}" for low, high in pairwise(edges)
    ]
    hover = gettext("{photographs} photographs with {range}", photographs="%{y:,}", range="%{x}")
    drawn = figure(
        go.Bar(
            x=labels,
            y=counts,
            marker_color=LIGHT.leaf,
            hovertemplate=f"{hover}<extra></extra>",
        ),
        height=220,
    )
    drawn.update_xaxes(type="category", tickangle=-40, title_text=what)
    drawn.update_yaxes(title_text=gettext("Photographs"), tickformat=",", rangemode="tozero")
    middle = float(np.median(values)) if len(values) else float("nan")
    summary = gettext("No photographs to measure.")
    if len(values):
        summary = ngettext(
            "{n} photograph, from {least:.1%} to {most:.1%}; half have {middle:.1%} or less.",
            "{n} photographs, from {least:.1%} to {most:.1%}; half have {middle:.1%} or less.",
            len(values),
            least=float(min(values)),
            most=float(max(values)),
            middle=middle,
        )
    rows = tuple(zip(labels, (text.number(count) for count in counts), strict=True))
    return Chart(drawn, title, summary, Table((title, gettext("Photographs")), rows))
