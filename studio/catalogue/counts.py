"""Distribution of the filtered photographs over species, families, sources and licences."""

import streamlit as st

from engine.catalogue.store import UNSTATED, Counts
from engine.language.message import gettext, ngettext
from studio import text
from studio.catalogue.found import FoundPhotographs
from studio.charts.bars import bars
from studio.charts.species import rank_curve
from studio.live_chart.component import live_chart
from studio.views.metrics import Metric, metric_row

_MOST_BARS = 40


def totals(found: FoundPhotographs, whole: Counts) -> None:
    """Draw the totals of the filtered photographs beside those of the `whole` catalogue."""
    species = found.count_by("species")
    cached = found.count_by("state").get("cached", 0)
    metric_row(
        [
            Metric(
                gettext("Photographs"),
                text.number(found.images),
                note=_of(found.images, whole.images + whole.excluded),
            ),
            Metric(
                gettext("Species"),
                text.number(len(species)),
                note=_of(len(species), whole.species),
            ),
            Metric(
                gettext("Species with one photograph"),
                text.number(sum(images == 1 for images in species.values())),
                help=gettext("Species with one photograph cannot be tested."),
            ),
            Metric(gettext("Sources"), text.number(len(found.count_by("source")))),
            Metric(
                gettext("On this computer"),
                text.percentage(cached / found.images, 0) if found.images else "–",
                help=ngettext(
                    "{n} photograph. Only the address of the others is known.",
                    "{n} photographs. Only the address of the others is known.",
                    cached,
                ),
            ),
        ]
    )


def _of(some: int, whole: int) -> str | None:
    return gettext("of {total}", total=whole) if some < whole else None


def charts(found: FoundPhotographs) -> None:
    """Draw photographs by species, as bars if their names fit, and by source."""
    species = found.count_by("species")
    if len(species) <= _MOST_BARS:
        live_chart(bars(gettext("Photographs by species"), species), "catalogue_by_species")
    else:
        curve = rank_curve(list(species.values()), list(species))
        live_chart(curve, "catalogue_by_species")
    with st.grid(2, min_column_width=380, gap=("small", "large")) as beside:
        with beside.cell():
            live_chart(
                bars(gettext("Photographs by source"), found.count_by("source")),
                "catalogue_by_source",
            )
        with beside.cell():
            licences = found.count_by("license").items()
            named = {name or gettext(UNSTATED): many for name, many in licences}
            live_chart(bars(gettext("Photographs by licence"), named), "catalogue_by_licence")
