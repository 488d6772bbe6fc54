"""Opening a catalogue store without checking which home it belongs to."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Catalogue
from engine.settings.catalogue import CatalogueSettings


@contextlib.contextmanager
def open_store(settings: CatalogueSettings, file: Path) -> Iterator[Catalogue]:
    """Open the store that the settings name in a `with` block; `file` is for SQLite.

    Only for moving and claiming a store; other code uses
    `engine.catalogue.opening.open_catalogue`.

    Raises:
        WorkFailed: the store is damaged, belongs to a newer studio, or no MongoDB server answers.
        BadInput: the address is invalid.
    """
    if settings.store == "sqlite":
        with contextlib.closing(SqliteCatalogue(file)) as catalogue:
            yield catalogue
        return
    # Imported here: most homes use a file, and this import takes a tenth of a second.
    from engine.catalogue.mongo import MongoCatalogue

    with contextlib.closing(MongoCatalogue(settings.address, settings.database)) as connected:
        yield connected
