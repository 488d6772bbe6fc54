"""Distribution of photographs over species: the long tail, species by species."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from plotly import graph_objects as go

from engine.language.message import gettext, ngettext
from studio import text
from studio.charts.chart import Chart, Table, figure
from studio.palette import LIGHT

_COLOURS = (LIGHT.clay, LIGHT.ochre, LIGHT.leaf)


def bin_of(position: int) -> tuple[int, int]:
    """The minimum and maximum number of photographs per species in a histogram bin."""
    return (1, 1) if position == 0 else (2 ** (position - 1) + 1, 2**position)


def class_histogram(counts: Sequence[int]) -> Chart:
    """Number of species by photographs per species; `counts` has one entry per species.

    The bins double in width (1, 2, 3–4, 5–8, …), so both axes are logarithmic.
    """
    images = _counted(counts)
    doublings = int(images.max(initial=1) - 1).bit_length() + 1
    edges = [1, *(2**power + 1 for power in range(doublings))]
    labels = [_span(low, high - 1) for low, high in pairwise(edges)]
    species = np.histogram(images, bins=edges)[0]
    colours = [_COLOURS[min(index, 2)] for index in range(len(labels))]
    hover = gettext(
        "{species} species with {photographs} photographs", species="%{y:,}", photographs="%{x}"
    )
    drawn = figure(
        go.Bar(
            x=labels,
            y=species,
            marker_color=colours,
            text=[text.number(value) if value else "" for value in species],
            textposition="outside",
            textfont_size=11,
            textangle=0,
            cliponaxis=False,
            hovertemplate=f"{hover}<extra></extra>",
        )
    )
    drawn.update_xaxes(
        title_text=gettext("Photographs per species"), type="category", tickangle=-40
    )
    drawn.update_yaxes(
        title_text=gettext("Species"),
        type="log",
        dtick=1,
        tickformat=",",
        range=_log_range(species),
    )
    rows = zip(labels, map(text.number, species), strict=True)
    return Chart(
        drawn,
        gettext("Species by number of photographs"),
        _spread(images),
        Table((gettext("Photographs per species"), gettext("Species")), tuple(rows)),
    )


def rank_curve(counts: Sequence[int], names: Sequence[str] | None = None) -> Chart:
    """Photographs of each species in descending order, on a logarithmic axis.

    Only the ends of each step are kept: a tail of thousands of equal counts is two points.
    """
    images = _counted(counts)
    order = np.argsort(-images, kind="stable")
    falling = images[order]
    change = np.flatnonzero(np.diff(falling)) if falling.size else np.zeros(0, int)
    kept = np.unique(np.concatenate([[0], change, change + 1, [falling.size - 1]]))
    kept = kept[(kept >= 0) & (kept < falling.size)]
    if names is None:
        names = [gettext("Species {rank}", rank=int(rank) + 1) for rank in order]
    hover = gettext(
        "{species}<br>{photographs} photographs, rank {rank}",
        species="%{text}",
        photographs="%{y:,}",
        rank="%{x:,}",
    )
    drawn = figure(
        go.Scatter(
            x=kept + 1,
            y=falling[kept],
            mode="lines",
            line={"color": LIGHT.leaf, "width": 2.5},
            fill="tozeroy",
            fillcolor=LIGHT.surface,
            text=[names[order[position]] for position in kept],
            hovertemplate=f"{hover}<extra></extra>",
        )
    )
    drawn.update_xaxes(title_text=gettext("Rank of the species"), tickformat=",")
    drawn.update_yaxes(
        title_text=gettext("Photographs"),
        type="log",
        dtick=1,
        tickformat=",",
        range=_log_range(falling),
    )
    marks = np.unique(np.linspace(0, max(falling.size - 1, 0), min(falling.size, 10)).astype(int))
    rows = tuple(
        (text.number(position + 1), names[order[position]], text.number(falling[position]))
        for position in marks
    )
    return Chart(
        drawn,
        gettext("Photographs by rank of species"),
        _spread(images),
        Table((gettext("Rank"), gettext("Species"), gettext("Photographs")), rows),
    )


def _counted(counts: Sequence[int]) -> NDArray[np.int64]:
    images = np.asarray(counts, np.int64)
    return images[images > 0]


def _span(low: int, high: int) -> str:
    return text.number(low) if low == high else f"{text.number(low)}–{text.number(high)}"


def _log_range(values: NDArray[np.int64]) -> list[float]:
    top = float(values.max()) if values.size else 1.0
    return [-0.3, float(np.log10(max(top, 1))) + 0.3]


def _spread(images: NDArray[np.int64]) -> str:
    if not images.size:
        return gettext("No species yet.")
    return gettext(
        "{photographs} of {species}: the largest has {largest}, half have {median} or fewer, and "
        "{single} have only one.",
        photographs=ngettext("{n} photograph", "{n} photographs", int(images.sum())),
        species=ngettext("{n} species", "{n} species", images.size),
        largest=int(images.max()),
        median=float(np.median(images)),
        single=int((images == 1).sum()),
    )
