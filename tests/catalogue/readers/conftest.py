"""Run a reader on a path, as the command and the page do."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.catalogue.importers import IMPORTERS
from engine.catalogue.importing import ImportReport
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.images.store import ImageStore
from engine.progress import silent

Take = Callable[..., ImportReport]


@pytest.fixture
def take(catalogue: SqliteCatalogue, store: ImageStore) -> Take:
    """take(name, path, source="") imports into the catalogue of the home."""

    def run(name: str, path: Path, source: str = "") -> ImportReport:
        return IMPORTERS[name].take(catalogue, path, store.keep, source, silent)

    return run


@pytest.fixture
def photograph_of(catalogue: SqliteCatalogue) -> Callable[[str], Photograph]:
    """photograph_of(text) is the only photograph whose address or species contains the text."""

    def find(text: str) -> Photograph:
        (found,) = [one for one in catalogue.all() if text in one.url or text in one.species]
        return found

    return find


def extra_of(photograph: Photograph) -> dict[str, Any]:
    return json.loads(photograph.extra or "{}")


def reasons(report: ImportReport) -> dict[str, str]:
    """Each refusal by its origin."""
    return {one.origin: one.reason for one in report.refusals}
