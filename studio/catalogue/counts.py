"""How the catalogue's photographs spread over species and sources."""

from engine.catalogue.store import Catalogue, Filter
from studio import text
from studio.charts.bars import bars
from studio.charts.species import rank_curve
from studio.live_chart.component import live_chart
from studio.views.metrics import Metric, metric_row

_MOST_BARS = 40


def totals(catalogue: Catalogue) -> int:
    """Draw the figures of the whole catalogue; returns how many photographs it holds."""
    counts = catalogue.counts()
    cached = counts.by_state.get("cached", 0)
    singles = sum(item.images == 1 for item in catalogue.species())
    metric_row(
        [
            Metric("Photographs", text.number(counts.images)),
            Metric("Species", text.number(counts.species)),
            Metric(
                "Species seen once",
                text.number(singles),
                help="Species with a single photograph: there is none left to test them with.",
            ),
            Metric("Sources", text.number(len(counts.by_source))),
            Metric(
                "On this machine",
                text.percentage(cached / counts.images, 0) if counts.images else "–",
                help=f"{text.number(cached)} photographs; of the others only the address is known.",
            ),
        ]
    )
    return counts.images


def charts(catalogue: Catalogue, chosen: Filter) -> None:
    """Draw photographs by species, as bars while there is room for their names, and by source."""
    species = {item.species: item.images for item in catalogue.species(chosen)}
    if len(species) <= _MOST_BARS:
        live_chart(bars("Photographs by species", species), "catalogue_by_species")
    else:
        curve = rank_curve(list(species.values()), list(species))
        live_chart(curve, "catalogue_by_species")
    live_chart(bars("Photographs by source", catalogue.counts().by_source), "catalogue_by_source")
