"""Opening a home's catalogue in the store that its configuration names."""

import contextlib
from collections.abc import Iterator
from functools import cache

from engine.backups.making import back_up_daily
from engine.catalogue.presence import require_catalogue
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Catalogue
from engine.home import Home
from engine.home_id import require_own_catalogue
from engine.settings.catalogue import CatalogueSettings
from engine.settings.configs import studio_settings
from engine.settings.files import load


def catalogue_settings(home: Home) -> CatalogueSettings:
    """The settings in the home's data/catalogue.yaml, or else in configs/studio.yaml.

    Raises:
        BadInput: the file is invalid.
    """
    own = home.data / "catalogue.yaml"
    return load(CatalogueSettings, own) if own.is_file() else studio_settings().catalogue


@contextlib.contextmanager
def open_catalogue(home: Home) -> Iterator[Catalogue]:
    """Open the home's catalogue in a `with` block.

    Opening a file takes less than a millisecond. A MongoDB client stays connected after the
    block and keeps its facets in memory for the next one.

    The first opening of a day starts the daily backup in the background.

    Raises:
        CatalogueMissing: the catalogue file is missing, but data that it described exists.
        WorkFailed: the catalogue is damaged, belongs to a newer studio or to another home, or no
            MongoDB server answers.
        BadInput: the configuration is invalid.
    """
    settings = catalogue_settings(home)
    if settings.store == "mongodb":
        connected = _connected(settings.address, settings.database)
        require_own_catalogue(home, connected)
        yield connected
        return
    require_catalogue(home)
    back_up_daily(home)
    with contextlib.closing(SqliteCatalogue(home.catalogue)) as catalogue:
        require_own_catalogue(home, catalogue)
        yield catalogue


@cache
def _connected(address: str, database: str) -> Catalogue:
    # Imported here: most homes use a file, and this import takes a tenth of a second.
    from engine.catalogue.mongo import MongoCatalogue

    catalogue = MongoCatalogue(address, database)
    catalogue.join_former()
    return catalogue
