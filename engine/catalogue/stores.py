"""Opening a store of the catalogue, whichever home it belongs to."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Catalogue
from engine.settings.catalogue import CatalogueSettings


@contextlib.contextmanager
def open_store(settings: CatalogueSettings, file: Path) -> Iterator[Catalogue]:
    """The store that the settings name, for the length of a `with` block; `file` is SQLite's.

    `engine.catalogue.opening.open_catalogue` is for all work but moving and claiming a store.

    Raises:
        WorkFailed: it is damaged, belongs to a newer studio, or no MongoDB answers.
        BadInput: the address is none.
    """
    if settings.store == "sqlite":
        with contextlib.closing(SqliteCatalogue(file)) as catalogue:
            yield catalogue
        return
    # Here, because most homes have a file, and loading this takes a tenth of a second.
    from engine.catalogue.mongo import MongoCatalogue

    with contextlib.closing(MongoCatalogue(settings.address, settings.database)) as connected:
        yield connected
