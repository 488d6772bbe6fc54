"""Distribution of the photographs over the species, and the cost of a minimum."""

import functools
from collections.abc import Callable

import streamlit as st

from engine.catalogue.store import SpeciesCount
from engine.home import Home
from engine.language.message import gettext, ngettext
from engine.split.inputs import SplitInputs
from engine.split.rarity import BUCKETS
from engine.split.spread import Counts, minimum_costs
from studio import text
from studio.charts.species import class_histogram, rank_curve
from studio.charts.tail import bucket_bars, lorenz_curve
from studio.live_chart.component import live_chart
from studio.split.bars import of_bin, of_bucket, of_species
from studio.split.photographs import open_bar
from studio.split.planning import SplitChoice, evidence_in, images_of
from studio.views.action import Action
from studio.views.empty import empty_state


def nothing_to_split() -> None:
    """Shown if there are no photographs yet."""
    empty_state(
        gettext("No photographs to split"),
        gettext("Import photographs first: the demo garden, a folder or a table."),
        [
            Action(
                gettext("Import photographs"),
                "../pages/importing.py",
                ":material/add_photo_alternate:",
            )
        ],
        icon=":material/call_split:",
        key="split.empty",
    )


def spread(home: Home, choice: SplitChoice, counts: list[SpeciesCount]) -> None:
    """The buckets as figures, and the tail as charts, one at a time."""
    images = images_of(counts)
    _sizes(images)
    inputs = functools.partial(evidence_in, home, choice)
    tabs = st.tabs(
        [
            gettext("Histogram"),
            gettext("Rank curve"),
            gettext("Lorenz curve"),
            gettext("Cost of a minimum"),
        ],
        key="split.spread",
        on_change="rerun",
    )
    histogram, ranks, inequality, cost = tabs
    if histogram.open:
        with histogram, st.grid(2, min_column_width=380, gap=("small", "large")) as beside:
            with beside.cell():
                live_chart(
                    class_histogram(images.tolist()),
                    key="split.histogram",
                    on_click=lambda mark: open_bar(of_bin(inputs(), mark.place)),
                )
                st.caption(gettext("Click a bar to see its photographs."))
            with beside.cell():
                live_chart(
                    bucket_bars(images),
                    key="split.buckets",
                    on_click=lambda mark: open_bar(of_bucket(inputs(), mark.trace)),
                )
    if ranks.open:
        with ranks:
            _ranks(counts, inputs)
    if inequality.open:
        with inequality:
            live_chart(lorenz_curve(images), key="split.lorenz")
    if cost.open:
        with cost:
            _costs(images)


def _ranks(counts: list[SpeciesCount], inputs: Callable[[], SplitInputs]) -> None:
    chart = rank_curve([item.images for item in counts], [item.species for item in counts])
    names = chart.figure.data[0].text
    live_chart(
        chart,
        key="split.ranks",
        on_click=lambda mark: open_bar(of_species(inputs(), names[mark.place])),
    )


def _sizes(images: Counts) -> None:
    photographs = ngettext("{n} photograph", "{n} photographs", int(images.sum()))
    species = ngettext("{n} species", "{n} species", len(images))
    st.markdown(gettext("{photographs} of {species}", photographs=photographs, species=species))
    those = {text.plain(bucket.name): images[bucket.holds(images)] for bucket in BUCKETS}
    rows = {
        gettext("Species"): {name: text.number(held.size) for name, held in those.items()},
        gettext("Photographs"): {name: text.number(held.sum()) for name, held in those.items()},
    }
    st.table(
        [{gettext("Photographs each"): name, **row} for name, row in rows.items()],
        border="horizontal",
    )


def _costs(images: Counts) -> None:
    total = int(images.sum())
    rows = [
        {
            gettext("At least"): ngettext("{n} photograph", "{n} photographs", cost.least),
            gettext("Species lost"): _share(cost.species, len(images)),
            gettext("Photographs lost"): _share(cost.images, total),
            gettext("Species kept"): text.number(len(images) - cost.species),
        }
        for cost in minimum_costs(images)
    ]
    st.table(rows, border="horizontal")


def _share(some: int, whole: int) -> str:
    return gettext("{n} ({share:.1%})", n=some, share=some / max(whole, 1))
