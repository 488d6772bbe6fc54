"""The long tail: who has how much, what a split makes of it, how often an epoch shows whom."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from plotly import graph_objects as go

from engine.split.folder import PARTS
from engine.split.rarity import BUCKETS
from engine.split.spread import Counts, exposure, gini, lorenz
from engine.training.data.samplers import SAMPLERS
from studio import text
from studio.charts.chart import Chart, Table, figure
from studio.palette import BUCKET_COLOURS, LIGHT
from studio.palette import PARTS as PART_COLOURS

_SAMPLER_COLOURS = (LIGHT.leaf, LIGHT.ochre, LIGHT.sky, LIGHT.clay, LIGHT.rose, LIGHT.plum)
_MOST_POINTS = 400


def bucket_bars(images: Counts) -> Chart:
    """The share of the species, and of the photographs, that are in each bucket."""
    masks = [bucket.holds(images) for bucket in BUCKETS]
    species = [int(mask.sum()) for mask in masks]
    photographs = [int(images[mask].sum()) for mask in masks]
    pairs = list(zip(species, photographs, strict=True))
    drawn = _stacked(
        ["Species", "Photographs"],
        [bucket.name for bucket in BUCKETS],
        BUCKET_COLOURS,
        np.array(pairs).reshape(-1, 2).T,
        height=210,
    )
    rows = tuple(
        (bucket.name, text.number(pair[0]), text.number(pair[1]))
        for bucket, pair in zip(BUCKETS, pairs, strict=True)
    )
    said = "; ".join(
        f"{name} photographs: {few} species with {many} in all" for name, few, many in rows
    )
    return Chart(
        drawn,
        "Species and photographs by size of species",
        f"{said}.",
        Table(("Photographs per species", "Species", "Photographs"), rows),
    )


def coverage_bars(now: Counts, after: Counts) -> Chart:
    """The share of the species by how many photographs each has, before and after; (species,)."""
    masks = [
        [images == 0, *(bucket.holds(images) for bucket in BUCKETS)] for images in (now, after)
    ]
    values = np.array([[int(mask.sum()) for mask in row] for row in masks])
    names = ["none", *(bucket.name for bucket in BUCKETS)]
    drawn = _stacked(
        ["Now", "Afterwards"], names, (LIGHT.stone, *BUCKET_COLOURS), values, height=210
    )
    rows = tuple(
        (name, text.number(before), text.number(later))
        for name, before, later in zip(names, *values.tolist(), strict=True)
    )
    said = "; ".join(f"{name}: {before} now, {later} afterwards" for name, before, later in rows)
    return Chart(
        drawn,
        "Species by photographs on this machine",
        f"Species by their photographs: {said}.",
        Table(("Photographs on this machine", "Species now", "Species afterwards"), rows),
    )


def part_bars(images: Counts) -> Chart:
    """Which parts the photographs of each bucket go to; `images` is (species, 3)."""
    total = images.sum(axis=1)
    masks = [bucket.holds(total) for bucket in BUCKETS]
    cells = np.array([images[mask].sum(axis=0) for mask in masks])
    species = np.array([(images[mask] > 0).sum(axis=0) for mask in masks])
    drawn = _stacked(
        [bucket.name for bucket in BUCKETS],
        PARTS,
        [PART_COLOURS[part] for part in PARTS],
        cells,
        height=320,
    )
    drawn.update_yaxes(title_text="Photographs per species")
    rows = tuple(
        (bucket.name, *(_cell(*pair) for pair in zip(cells[row], species[row], strict=True)))
        for row, bucket in enumerate(BUCKETS)
    )
    said = "; ".join(
        f"of species with {row[0]}: {', '.join(map(' '.join, zip(PARTS, row[1:], strict=True)))}"
        for row in rows
    )
    return Chart(
        drawn,
        "Parts by photographs per species",
        f"{said}.",
        Table(("Photographs per species", *PARTS), rows),
    )


def lorenz_curve(images: Counts) -> Chart:
    """The share of all photographs that the smallest species hold together."""
    share = lorenz(images)
    kept = np.unique(np.linspace(0, len(share) - 1, min(len(share), _MOST_POINTS)).astype(int))
    part = kept / max(len(share) - 1, 1)
    drawn = figure(
        go.Scatter(
            x=[0, 1],
            y=[0, 1],
            mode="lines",
            name="all alike",
            line={"color": LIGHT.stone, "dash": "dot", "width": 1.5},
            hoverinfo="skip",
        ),
        go.Scatter(
            x=part,
            y=share[kept],
            mode="lines",
            name="these species",
            line={"color": LIGHT.leaf, "width": 2.5},
            hovertemplate="the smaller %{x:.0%} of the species have %{y:.1%}<extra></extra>",
        ),
    )
    drawn.update_xaxes(title_text="Species, the smallest first", tickformat=".0%", range=[0, 1])
    drawn.update_yaxes(title_text="Photographs", tickformat=".0%", range=[0, 1])
    marks = [(mark, float(np.interp(mark, part, share[kept]))) for mark in (0.5, 0.8, 0.9, 0.99)]
    unequal = f"{gini(images):.2f}"
    return Chart(
        drawn,
        f"Lorenz curve, Gini {unequal}",
        f"Gini coefficient {unequal}: the smaller half of the species has "
        f"{text.percentage(marks[0][1])} of the photographs, the largest tenth "
        f"{text.percentage(1 - marks[2][1])}.",
        Table(
            ("Smallest species", "Photographs"),
            tuple((text.percentage(x, 0), text.percentage(y)) for x, y in marks),
        ),
    )


def exposure_curves(train_images: Counts) -> Chart:
    """How often an epoch shows each species with each sampler, most first."""
    falling = np.sort(train_images[train_images > 0])[::-1]
    ranks = _log_spaced(len(falling))
    lines = [
        (sampler.title, colour, exposure(falling, sampler.weight))
        for sampler, colour in zip(SAMPLERS.values(), itertools.cycle(_SAMPLER_COLOURS))
    ]
    drawn = figure(
        *[
            go.Scatter(
                x=ranks + 1,
                y=shown[ranks],
                mode="lines",
                name=name,
                line={"color": colour, "width": 2.5},
                hovertemplate=f"{name}: %{{y:,.1f}} times, rank %{{x:,}}<extra></extra>",
            )
            for name, colour, shown in lines
        ]
    )
    drawn.update_xaxes(title_text="Rank of the species", type="log", dtick=1, tickformat=",")
    drawn.update_yaxes(title_text="Times an epoch", type="log", dtick=1, tickformat=",~g")
    rows = tuple(_exposure_row(name, shown, falling) for name, _, shown in lines)
    said = "; ".join(
        f"{name}: the largest {most} times, the smallest {least}"
        for name, most, _, least, _ in rows
    )
    return Chart(
        drawn,
        "How often an epoch shows a species",
        f"{said}." if falling.size else "Nothing to train on.",
        Table(
            (
                "Sampling",
                "Largest species",
                "Middle species",
                "Smallest species",
                "Each photograph of the smallest",
            ),
            rows,
        ),
    )


def _exposure_row(name: str, shown: NDArray[np.float64], images: Counts) -> tuple[str, ...]:
    if not images.size:
        return (name, "–", "–", "–", "–")
    most, middle, least = (float(shown[place]) for place in (0, len(shown) // 2, -1))
    return (name, *(_times(value) for value in (most, middle, least, least / images[-1])))


def _times(value: float) -> str:
    return text.number(value, 1 if value < 100 else 0)


def _stacked(
    rows: Sequence[str],
    names: Sequence[str],
    colours: Sequence[str],
    values: NDArray[np.int64],
    height: int,
) -> go.Figure:
    """Lying bars of shares, one a row, cut into the names; `values` is (rows, names)."""
    shares = values / np.maximum(values.sum(axis=1, keepdims=True), 1)
    drawn = figure(height=height)
    for place, (name, colour) in enumerate(zip(names, colours, strict=True)):
        share: list[Any] = shares[:, place].tolist()
        drawn.add_bar(
            name=name,
            y=list(rows),
            x=share,
            orientation="h",
            marker_color=colour,
            customdata=values[:, place].tolist(),
            text=[text.percentage(part, 0) if part > 0.06 else "" for part in share],
            insidetextfont_color=LIGHT.background,
            textangle=0,
            hovertemplate=f"%{{y}}, {name}: %{{customdata:,}} (%{{x:.1%}})<extra></extra>",
        )
    drawn.update_layout(barmode="stack", bargap=0.3, legend_traceorder="normal")
    drawn.update_xaxes(tickformat=".0%", range=[0, 1], showline=False, ticks="")
    drawn.update_yaxes(showgrid=False, autorange="reversed", type="category")
    return drawn


def _cell(images: int, species: int) -> str:
    return f"{images:,} of {species:,} species" if images else "–"


def _log_spaced(count: int) -> NDArray[np.int64]:
    if not count:
        return np.zeros(0, np.int64)
    return np.unique(np.geomspace(1, count, min(count, _MOST_POINTS)).astype(int)) - 1
