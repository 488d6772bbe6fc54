"""How the photographs spread over the species, and what a minimum would cost."""

import streamlit as st

from engine.split.spread import BUCKETS, Counts, prices
from studio import text
from studio.charts.species import class_histogram, rank_curve
from studio.charts.tail import bucket_bars, lorenz_curve
from studio.live_chart.component import live_chart
from studio.views.action import Action
from studio.views.empty import empty
from studio.views.metrics import Metric, metric_row


def nothing_to_split() -> None:
    """There are no photographs yet."""
    empty(
        "No photographs to split",
        "A split deals photographs to train, val and test. Bring some in first: the demo garden, "
        "a folder, or a table.",
        [Action("Bring photographs in", "../pages/importing.py", ":material/add_photo_alternate:")],
        icon=":material/call_split:",
        key="split.empty",
    )


def spread(images: Counts, names: list[str]) -> None:
    """The buckets as figures, and the tail as charts, one at a time."""
    metric_row(
        [
            _metric("In all", len(images), int(images.sum())),
            *(
                _metric(
                    f"{bucket.name} {'photograph' if bucket.most == 1 else 'photographs'}",
                    int(bucket.holds(images).sum()),
                    int(images[bucket.holds(images)].sum()),
                )
                for bucket in BUCKETS
            ),
        ]
    )
    tabs = st.tabs(
        ["Histogram", "Rank curve", "Lorenz curve", "Price of a minimum"],
        key="split.spread",
        on_change="rerun",
    )
    histogram, ranks, inequality, price = tabs
    if histogram.open:
        with histogram, st.grid(2, min_column_width=380, gap="large") as beside:
            with beside.cell():
                live_chart(class_histogram(images.tolist()), key="split.histogram")
            with beside.cell():
                live_chart(bucket_bars(images), key="split.buckets")
    if ranks.open:
        with ranks:
            live_chart(rank_curve(images.tolist(), names), key="split.ranks")
    if inequality.open:
        with inequality:
            live_chart(lorenz_curve(images), key="split.lorenz")
    if price.open:
        with price:
            _prices(images)


def _metric(name: str, species: int, images: int) -> Metric:
    return Metric(
        name, text.count(species, "species", "species"), note=text.count(images, "photograph")
    )


def _prices(images: Counts) -> None:
    total = max(int(images.sum()), 1)
    rows = [
        {
            "At least": text.count(price.least, "photograph"),
            "Species lost": text.number(price.species),
            "of all": text.percentage(price.species / max(len(images), 1)),
            "Photographs lost": text.number(price.images),
            "of all photographs": text.percentage(price.images / total),
            "Species kept": text.number(len(images) - price.species),
        }
        for price in prices(images)
    ]
    st.table(rows, border="horizontal")
