"""A chart that takes new data in place: one node, the reader's zoom kept, no blank frame."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from studio.charts.chart import Chart
from studio.live_chart.library import plotly_script
from studio.palette import counterparts

_HERE = Path(__file__).parent

# Plotly adds its style sheet to the document, where a shadow root would not see it.
_mount = st.components.v2.component(
    "plant_studio_live_chart",
    css=(_HERE / "live_chart.css").read_text("utf-8"),
    js=(_HERE / "live_chart.js").read_text("utf-8"),
    isolate_styles=False,
)


class Mark(NamedTuple):
    """A bar, point or cell of a chart: what the axes say there, its trace, its place therein."""

    x: str
    y: str
    trace: int
    place: int


def live_chart(chart: Chart, key: str, *, on_click: Callable[[Mark], None] | None = None) -> None:
    """Draw the chart, or bring the one drawn under this key up to date.

    `on_click` is called before the run that a click on a mark brings about.
    """

    def clicked() -> None:
        place = dict(st.session_state[key]).get("clicked")
        if on_click is not None and place is not None:
            on_click(Mark(*place))

    base = str(st.get_option("server.baseUrlPath")).strip("/")
    _mount(
        key=key,
        data={
            "figure": chart.figure.to_json(),
            "title": chart.title,
            "summary": chart.summary,
            "table": asdict(chart.table),
            "dark": counterparts(),
            "script": "/".join(["", *filter(None, [base]), "app/static", plotly_script()]),
            "clickable": on_click is not None,
        },
        on_clicked_change=clicked,
    )
