"""Runs as lines across their settings to their outcome."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from plotly import graph_objects as go

from studio import text
from studio.charts.chart import Chart, Table, figure
from studio.palette import LIGHT


def parallel(
    names: Sequence[str], settings: Mapping[str, Sequence[Any]], outcome: Sequence[float]
) -> Chart:
    """Parallel coordinates: an axis a setting, the last one macro top-1, a line a run.

    settings: {key: value of each run}; outcome: macro top-1 of each run, NaN = not measured.
    """
    axes = [_axis(key, list(values)) for key, values in settings.items()]
    known = np.nan_to_num(np.asarray(outcome, float), nan=0.0)
    axes.append({"label": "macro top-1", "values": known, "tickformat": ".0%"})
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
    said = f"{text.count(len(names), 'run')} over {text.count(len(settings), 'setting')}"
    summary = f"{said}; the best is {names[best]} with {_share(outcome[best])}." if names else said
    return Chart(
        drawn, "Settings and outcome", summary, Table(("Run", *settings, "Macro top-1"), rows)
    )


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
