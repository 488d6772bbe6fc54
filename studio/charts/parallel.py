"""Runs as lines across their settings and their result."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from plotly import graph_objects as go

from engine.language.message import gettext, ngettext
from studio import text
from studio.charts.chart import Chart, Table, figure
from studio.palette import LIGHT


def parallel(
    names: Sequence[str], settings: Mapping[str, Sequence[Any]], outcome: Sequence[float]
) -> Chart:
    """Parallel coordinates: one axis per setting, macro top-1 as the last axis, one line per run.

    settings: {key: value of each run}; outcome: macro top-1 of each run, NaN = not measured.
    """
    axes = [_axis(key, list(values)) for key, values in settings.items()]
    known = np.nan_to_num(np.asarray(outcome, float), nan=0.0)
    axes.append({"label": gettext("Macro top-1"), "values": known, "tickformat": ".0%"})
    scale = [[0, LIGHT.ochre], [1, LIGHT.leaf]]
    drawn = figure(height=360)
    drawn.add_trace(
        go.Parcoords(
            dimensions=axes,
            line={"color": known, "colorscale": scale},
            labelfont_color=LIGHT.text,
            tickfont_color=LIGHT.muted,
            rangefont_color=LIGHT.background,
        )
    )
    drawn.update_layout(margin={"l": 72, "r": 48, "t": 56, "b": 24})
    rows = tuple(
        (name, *(str(values[position]) for values in settings.values()), _share(outcome[position]))
        for position, name in enumerate(names)
    )
    best = int(np.argmax(known)) if len(known) else 0
    summary = gettext(
        "{runs} with {settings}.",
        runs=ngettext("{n} run", "{n} runs", len(names)),
        settings=ngettext("{n} setting", "{n} settings", len(settings)),
    )
    if names:
        winner = gettext("Best: {run} with {score}.", run=names[best], score=_share(outcome[best]))
        summary = f"{summary} {winner}"
    header = (gettext("Run"), *settings, gettext("Macro top-1"))
    return Chart(drawn, gettext("Settings and result"), summary, Table(header, rows))


def _axis(key: str, values: list[Any]) -> dict[str, Any]:
    label = key.rpartition(".")[2]
    numbers = [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
    if len(numbers) == len(values):
        return {"label": label, "values": np.asarray(values, float)}
    kinds = sorted({str(value) for value in values})
    return {
        "label": label,
        "values": [kinds.index(str(value)) for value in values],
        "tickvals": list(range(len(kinds))),
        "ticktext": [kind[:24] for kind in kinds],
    }


def _share(value: float) -> str:
    return text.percentage(float(value))
