"""How the photographs spread over the species, and what a minimum would cost."""

import functools
from collections.abc import Callable

import streamlit as st

from engine.catalogue.store import SpeciesCount
from engine.home import Home
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
    """There are no photographs yet."""
    empty_state(
        "No photographs to split",
        "A split deals photographs to train, val and test. Bring some in first: the demo garden, "
        "a folder, or a table.",
        [Action("Bring photographs in", "../pages/importing.py", ":material/add_photo_alternate:")],
        icon=":material/call_split:",
        key="split.empty",
    )


def spread(home: Home, choice: SplitChoice, counts: list[SpeciesCount]) -> None:
    """The buckets in numbers, and the tail as charts, one at a time."""
    images = images_of(counts)
    _sizes(images)
    inputs = functools.partial(evidence_in, home, choice)
    tabs = st.tabs(
        ["Histogram", "Rank curve", "Lorenz curve", "Price of a minimum"],
        key="split.spread",
        on_change="rerun",
    )
    histogram, ranks, inequality, price = tabs
    if histogram.open:
        with histogram, st.grid(2, min_column_width=380, gap=("small", "large")) as beside:
            with beside.cell():
                live_chart(
                    class_histogram(images.tolist()),
                    key="split.histogram",
                    on_click=lambda mark: open_bar(of_bin(inputs(), mark.place)),
                )
                st.caption("Click a bar of any chart for its photographs.")
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
    if price.open:
        with price:
            _prices(images)


def _ranks(counts: list[SpeciesCount], inputs: Callable[[], SplitInputs]) -> None:
    chart = rank_curve([item.images for item in counts], [item.species for item in counts])
    names = chart.figure.data[0].text
    live_chart(
        chart,
        key="split.ranks",
        on_click=lambda mark: open_bar(of_species(inputs(), names[mark.place])),
    )


def _sizes(images: Counts) -> None:
    species, total = text.count(len(images), "species", "species"), int(images.sum())
    st.markdown(f"{text.count(total, 'photograph')} of {species}:")
    those = {text.plain(bucket.name): images[bucket.holds(images)] for bucket in BUCKETS}
    rows = {
        "Species": {name: text.number(held.size) for name, held in those.items()},
        "Photographs": {name: text.number(held.sum()) for name, held in those.items()},
    }
    st.table(
        [{"Photographs each": name, **row} for name, row in rows.items()],
        border="horizontal",
    )


def _prices(images: Counts) -> None:
    total = int(images.sum())
    rows = [
        {
            "At least": text.count(price.least, "photograph"),
            "Species lost": _share(price.species, len(images)),
            "Photographs lost": _share(price.images, total),
            "Species kept": text.number(len(images) - price.species),
        }
        for price in minimum_costs(images)
    ]
    st.table(rows, border="horizontal")


def _share(some: int, whole: int) -> str:
    return f"{text.number(some)} ({text.percentage(some / max(whole, 1))})"
