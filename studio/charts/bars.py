"""Photographs by name: one horizontal bar each, with its number beside it."""

from collections.abc import Mapping

from plotly import graph_objects as go

from engine.language.message import gettext, ngettext
from studio import text
from studio.charts.chart import Chart, Table, figure
from studio.palette import LIGHT

_LONGEST_NAME = 32


def bars(title: str, images: Mapping[str, int]) -> Chart:
    """Photographs by name, in descending order: {"Rosa canina": 12, …}."""
    names = sorted(images, key=lambda name: (-images[name], name))
    values = [images[name] for name in names]
    total = max(sum(values), 1)
    drawn = figure(
        go.Bar(
            y=names,
            x=values,
            orientation="h",
            marker_color=LIGHT.leaf,
            text=[f" {text.number(value)}" for value in values],
            textposition="outside",
            outsidetextfont_color=LIGHT.muted,
            cliponaxis=False,
            customdata=[text.percentage(value / total) for value in values],
            hovertemplate="%{y}: %{x:,} (%{customdata})<extra></extra>",
        ),
        height=56 + 26 * max(len(names), 1),
    )
    drawn.update_xaxes(visible=False)
    drawn.update_yaxes(
        showgrid=False,
        autorange="reversed",
        type="category",
        tickmode="array",
        tickvals=names,
        ticktext=[_short(name) for name in names],
        tickfont_color=LIGHT.text,
    )
    drawn.update_layout(margin_r=64)
    return Chart(
        drawn,
        title,
        _summary(names, images),
        Table(
            (gettext("Name"), gettext("Photographs"), gettext("Share")),
            tuple(
                (name, text.number(images[name]), text.percentage(images[name] / total))
                for name in names
            ),
        ),
    )


def _short(name: str) -> str:
    if not name:
        return gettext("No name")
    if len(name) <= _LONGEST_NAME:
        return name
    # Licence URLs, and names with an author, have the same start and different ends.
    tail = _LONGEST_NAME // 2
    return f"{name[: _LONGEST_NAME - tail - 1]}…{name[-tail:]}"


def _summary(names: list[str], images: Mapping[str, int]) -> str:
    if not names:
        return gettext("No photographs yet.")
    most, fewest = names[0], names[-1]
    if len(names) == 1:
        return ngettext(
            "{name}: {n} photograph.",
            "{name}: {n} photographs.",
            images[most],
            name=_short(most),
        )
    return gettext(
        "{bars} bars: from {most} with {largest} to {fewest} with {smallest}.",
        bars=len(names),
        most=_short(most),
        largest=images[most],
        fewest=_short(fewest),
        smallest=images[fewest],
    )
