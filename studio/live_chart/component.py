"""Charts that accept new data in place: same DOM node, zoom kept, no blank frame.

For charts that were sent before, only changes are sent: new points, and the layout if it differs.
Each message names the message it is based on; a page that has missed that one requests everything.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from engine.language.current import current_language
from engine.language.message import deferred, gettext
from studio.charts.chart import Chart, separators
from studio.charts.drawing import DrawnChart, Floats, Trace
from studio.live_chart.library import plotly_script
from studio.palette import counterparts

_HERE = Path(__file__).parent
# The names in Plotly's locale dictionary.
_PLOTLY = (
    deferred("Zoom"),
    deferred("Pan"),
    deferred("Zoom in"),
    deferred("Zoom out"),
    deferred("Reset axes"),
    deferred("Double-click to zoom back out"),
)

# Plotly adds its style sheet to the document, which does not apply inside a shadow root.
_mount = st.components.v2.component(
    "plant_studio_live_chart",
    css=(_HERE / "live_chart.css").read_text("utf-8"),
    js=(_HERE / "live_chart.js").read_text("utf-8"),
    isolate_styles=False,
)


class Mark(NamedTuple):
    """A bar, point or cell of a chart: its axis values, its trace, and its index in the trace."""

    x: str
    y: str
    trace: int
    place: int


def live_chart(chart: Chart, key: str, *, on_click: Callable[[Mark], None] | None = None) -> None:
    """Draw the chart, or update the one with this key.

    `on_click` is called before the run that a click on a mark triggers.
    """

    def clicked() -> None:
        place = dict(st.session_state[key]).get("clicked")
        if on_click is not None and place is not None:
            on_click(Mark(*place))

    entry = {"name": "chart", "figure": chart.figure.to_json(), **_description(chart)}
    data = {"charts": [entry], "clickable": on_click is not None, **_common(key)}
    _mount(key=key, data=data, on_clicked_change=clicked)


@dataclass
class SentPoints:
    """The chart data that a page has received: the last message, and the state after it."""

    number: int
    drawings: dict[str, DrawnChart]
    message: list[dict[str, Any]]


def live_charts(drawings: dict[str, DrawnChart], key: str) -> None:
    """Draw the charts side by side, or update those with this key."""
    memory: dict[str, SentPoints] = st.session_state.setdefault("live_chart.sent", {})
    sent = memory.get(key)
    if sent is None:
        base, entries = 0, [difference(name, None, new) for name, new in drawings.items()]
        memory[key] = sent = SentPoints(_next_number(), drawings, entries)
    elif drawings is not sent.drawings:
        base = sent.number
        entries = [difference(name, sent.drawings.get(name), new) for name, new in drawings.items()]
        memory[key] = sent = SentPoints(_next_number(), drawings, entries)
    else:
        base = st.session_state.get(f"live_chart.base.{key}", 0)
    st.session_state[f"live_chart.base.{key}"] = base
    _mount(
        key=key,
        data={"charts": sent.message, "number": sent.number, "base": base, **_common(key)},
        on_gap_change=lambda: forget_sent(key),
    )


def forget_sent(key: str) -> None:
    """Forget what was sent: the next page receives everything."""
    st.session_state.get("live_chart.sent", {}).pop(key, None)


def difference(name: str, before: DrawnChart | None, after: DrawnChart) -> dict[str, Any]:
    """The update from `before` to `after`: a chart's entry in a message."""
    entry: dict[str, Any] = {"name": name, **_description(after)}
    if before is None or before.layout != after.layout:
        entry["layout"] = after.layout
    old = before.traces if before is not None else ()
    same = len(old) == len(after.traces)
    entry["traces"] = [
        _tail(old[place] if same else None, trace) for place, trace in enumerate(after.traces)
    ]
    return entry


def _tail(before: Trace | None, after: Trace) -> dict[str, Any]:
    keep = 0
    if before is not None:
        shorter = min(len(before.x), len(after.x))
        equal = (before.x[:shorter] == after.x[:shorter]) & (
            (before.y[:shorter] == after.y[:shorter])
            | (np.isnan(before.y[:shorter]) & np.isnan(after.y[:shorter]))
        )
        keep = shorter if equal.all() else int(equal.argmin())
    entry: dict[str, Any] = {"keep": keep, "x": _plain(after.x[keep:]), "y": _plain(after.y[keep:])}
    if before is None or before.look != after.look:
        entry["look"] = after.look
    return entry


def _plain(values: Floats) -> list[float | None]:
    """Replace NaN, which JSON does not have."""
    return [value if value == value else None for value in values.tolist()]


def _description(chart: Chart | DrawnChart) -> dict[str, Any]:
    return {"title": chart.title, "summary": chart.summary, "table": asdict(chart.table)}


def _common(key: str) -> dict[str, Any]:
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    script = "/".join(["", *filter(None, [base]), "app/static", plotly_script()])
    return {"key": key, "dark": counterparts(), "script": script, "words": _words()}


def _words() -> dict[str, Any]:
    """The texts of the page and of Plotly for a chart, and the number format."""
    language = current_language()
    return {
        "language": language,
        "png": gettext("Save as PNG"),
        "svg": gettext("Save as SVG"),
        "html": gettext("Save as HTML"),
        "numbers": gettext("Data"),
        "plotly": {word: gettext(word) for word in _PLOTLY},
        "separators": separators(),
    }


def _next_number() -> int:
    # A page outlives the server: the numbers of a new server must exceed all earlier ones.
    number: int = max(st.session_state.get("live_chart.number", 0) + 1, round(time.time() * 1_000))
    st.session_state["live_chart.number"] = number
    return number
