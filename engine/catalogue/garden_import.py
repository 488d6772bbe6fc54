"""Importing the demo garden into the catalogue, with its observations."""

from collections.abc import Sequence
from pathlib import Path

from engine.catalogue.importing import Candidate, ImportReport, Keep, take_in
from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue
from engine.garden.plan import Planting
from engine.progress import Report, silent

SOURCE = "demo garden"


def import_garden(
    catalogue: Catalogue,
    folder: Path,
    plantings: Sequence[Planting],
    keep: Keep,
    report: Report = silent,
) -> ImportReport:
    """Import a planted garden. Importing the same garden twice changes nothing."""
    candidates = (
        Candidate(
            Photograph(
                image_id="",
                species=planting.species,
                genus=planting.genus,
                family=planting.family,
                source=SOURCE,
                observation_id=planting.observation_id,
                observer=planting.observer,
                license="CC0-1.0",
                attribution="Drawn by Plant Studio",
            ),
            origin=planting.file,
            file=folder / planting.file,
        )
        for planting in plantings
    )
    return take_in(catalogue, candidates, keep, len(plantings), report)
