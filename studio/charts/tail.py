"""The long tail: photographs per species, in a split, and how often an epoch shows them."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from plotly import graph_objects as go

from engine.language.message import gettext, ngettext
from engine.split.folder import PARTS, part_name
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
    """The share of the species, and of the photographs, in each bucket."""
    masks = [bucket.holds(images) for bucket in BUCKETS]
    species = [int(mask.sum()) for mask in masks]
    photographs = [int(images[mask].sum()) for mask in masks]
    pairs = list(zip(species, photographs, strict=True))
    drawn = _stacked(
        [gettext("Species"), gettext("Photographs")],
        [bucket.name for bucket in BUCKETS],
        BUCKET_COLOURS,
        np.array(pairs).reshape(-1, 2).T,
        height=210,
    )
    rows = tuple(
        (bucket.name, text.number(pair[0]), text.number(pair[1]))
        for bucket, pair in zip(BUCKETS, pairs, strict=True)
    )
    summary = " ".join(
        gettext(
            "Species with {range} photographs: {species}, with {photographs} in total.",
            range=name,
            species=few,
            photographs=many,
        )
        for name, few, many in rows
    )
    return Chart(
        drawn,
        gettext("Species and photographs by species size"),
        summary,
        Table(
            (gettext("Photographs per species"), gettext("Species"), gettext("Photographs")), rows
        ),
    )


def coverage_bars(now: Counts, after: Counts) -> Chart:
    """The share of the species by photographs per species, before and after; (species,)."""
    masks = [
        [images == 0, *(bucket.holds(images) for bucket in BUCKETS)] for images in (now, after)
    ]
    values = np.array([[int(mask.sum()) for mask in row] for row in masks])
    names = [gettext("none"), *(bucket.name for bucket in BUCKETS)]
    drawn = _stacked(
        [gettext("Now"), gettext("Afterwards")],
        names,
        (LIGHT.stone, *BUCKET_COLOURS),
        values,
        height=210,
    )
    rows = tuple(
        (name, text.number(before), text.number(later))
        for name, before, later in zip(names, *values.tolist(), strict=True)
    )
    summary = " ".join(
        gettext(
            "Species with {range} photographs: {before} now, {after} afterwards.",
            range=name,
            before=before,
            after=later,
        )
        for name, before, later in rows
    )
    header = (
        gettext("Photographs on this computer"),
        gettext("Species now"),
        gettext("Species afterwards"),
    )
    title = gettext("Species by photographs on this computer")
    return Chart(drawn, title, summary, Table(header, rows))


def part_bars(images: Counts) -> Chart:
    """The parts to which the photographs of each bucket belong; `images` is (species, 3)."""
    total = images.sum(axis=1)
    masks = [bucket.holds(total) for bucket in BUCKETS]
    cells = np.array([images[mask].sum(axis=0) for mask in masks])
    species = np.array([(images[mask] > 0).sum(axis=0) for mask in masks])
    parts = [part_name(part) for part in PARTS]
    drawn = _stacked(
        [bucket.name for bucket in BUCKETS],
        parts,
        [PART_COLOURS[part] for part in PARTS],
        cells,
        height=320,
    )
    drawn.update_yaxes(title_text=gettext("Photographs per species"))
    rows = tuple(
        (
            bucket.name,
            *(_cell(*map(int, pair)) for pair in zip(cells[row], species[row], strict=True)),
        )
        for row, bucket in enumerate(BUCKETS)
    )
    summary = " ".join(
        gettext(
            "Species with {range} photographs: {parts}.",
            range=row[0],
            parts=", ".join(map(" ".join, zip(parts, row[1:], strict=True))),
        )
        for row in rows
    )
    return Chart(
        drawn,
        gettext("Parts by photographs per species"),
        summary,
        Table((gettext("Photographs per species"), *parts), rows),
    )


def lorenz_curve(images: Counts) -> Chart:
    """The cumulative share of all photographs over the species, smallest species first."""
    share = lorenz(images)
    kept = np.unique(np.linspace(0, len(share) - 1, min(len(share), _MOST_POINTS)).astype(int))
    part = kept / max(len(share) - 1, 1)
    hover = gettext(
        "The smallest {species} of the species have {photographs} of the photographs",
        species="%{x:.0%}",
        photographs="%{y:.1%}",
    )
    drawn = figure(
        go.Scatter(
            x=[0, 1],
            y=[0, 1],
            mode="lines",
            name=gettext("Equal shares"),
            line={"color": LIGHT.stone, "dash": "dot", "width": 1.5},
            hoverinfo="skip",
        ),
        go.Scatter(
            x=part,
            y=share[kept],
            mode="lines",
            name=gettext("These species"),
            line={"color": LIGHT.leaf, "width": 2.5},
            hovertemplate=f"{hover}<extra></extra>",
        ),
    )
    drawn.update_xaxes(
        title_text=gettext("Species, smallest first"), tickformat=".0%", range=[0, 1]
    )
    drawn.update_yaxes(title_text=gettext("Photographs"), tickformat=".0%", range=[0, 1])
    marks = [(mark, float(np.interp(mark, part, share[kept]))) for mark in (0.5, 0.8, 0.9, 0.99)]
    unequal = gini(images)
    return Chart(
        drawn,
        gettext("Lorenz curve, Gini {gini:.2f}", gini=unequal),
        gettext(
            "Gini coefficient {gini:.2f}: the smaller half of the species has {half:.1%} of the "
            "photographs, the largest tenth {tenth:.1%}.",
            gini=unequal,
            half=marks[0][1],
            tenth=1 - marks[2][1],
        ),
        Table(
            (gettext("Smallest species"), gettext("Photographs")),
            tuple((text.percentage(x, 0), text.percentage(y)) for x, y in marks),
        ),
    )


def exposure_curves(train_images: Counts) -> Chart:
    """How often an epoch shows each species with each sampler, in descending order."""
    falling = np.sort(train_images[train_images > 0])[::-1]
    ranks = _log_spaced(len(falling))
    lines = [
        (gettext(sampler.title), colour, exposure(falling, sampler.weight))
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
                hovertemplate=f"{_exposure_hover(name)}<extra></extra>",
            )
            for name, colour, shown in lines
        ]
    )
    drawn.update_xaxes(
        title_text=gettext("Rank of the species"), type="log", dtick=1, tickformat=","
    )
    drawn.update_yaxes(title_text=gettext("Times per epoch"), type="log", dtick=1, tickformat=",~g")
    rows = tuple(_exposure_row(name, shown, falling) for name, _, shown in lines)
    summary = " ".join(
        gettext(
            "{sampler}: the largest species {most} times, the smallest {least} times.",
            sampler=name,
            most=most,
            least=least,
        )
        for name, most, _, least, _ in rows
    )
    return Chart(
        drawn,
        gettext("How often an epoch shows a species"),
        summary if falling.size else gettext("Nothing to train on."),
        Table(
            (
                gettext("Sampling"),
                gettext("Largest species"),
                gettext("Middle species"),
                gettext("Smallest species"),
                gettext("Each photograph of the smallest"),
            ),
            rows,
        ),
    )


def _exposure_hover(name: str) -> str:
    return gettext(
        "{sampler}: {times} times, rank {rank}", sampler=name, times="%{y:,.1f}", rank="%{x:,}"
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
    """Horizontal stacked bars of shares, one per row, divided into the names; `values` is (rows,
    names).
    """
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
    if not images:
        return "–"
    return ngettext(
        "{photographs} of {n} species", "{photographs} of {n} species", species, photographs=images
    )


def _log_spaced(count: int) -> NDArray[np.int64]:
    if not count:
        return np.zeros(0, np.int64)
    return np.unique(np.geomspace(1, count, min(count, _MOST_POINTS)).astype(int)) - 1
