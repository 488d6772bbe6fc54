"""A local iNaturalist server for tests, and a home that uses it."""

from collections.abc import Callable, Iterator

import pytest

from engine.catalogue.importing import ImportReport
from engine.catalogue.sqlite import SqliteCatalogue
from engine.download.preferences import download_settings, save_download_settings
from engine.home import Home
from engine.images.store import ImageStore
from engine.inaturalist.api import Api, opened_api
from engine.inaturalist.importing import import_inaturalist
from engine.inaturalist.search import make_search
from engine.settings.download import DownloadSettings
from tests.inaturalist.server import Inaturalist, observation, taxon

Take = Callable[..., ImportReport]


@pytest.fixture
def inaturalist() -> Iterator[Inaturalist]:
    """Twelve observations of daisies with a photograph each, and the taxon."""
    started = Inaturalist()
    started.taxa = [taxon(55563, "Bellis perennis", preferred_common_name="Lawn Daisy")]
    started.observations = [observation(number) for number in range(1, 13)]
    yield started
    started.close()


@pytest.fixture
def settings(home: Home, inaturalist: Inaturalist) -> DownloadSettings:
    """Settings of a home that uses this server without a rate limit."""
    return ask_there(home, inaturalist)


def ask_there(
    home: Home, inaturalist: Inaturalist, per_minute: int = 6_000, **changes: object
) -> DownloadSettings:
    """Make a home use the server of a test, with these budgets."""
    provider = {
        "hosts": ["127.0.0.1"],
        "requests_per_minute": per_minute,
        "connections": 1,
        "start_rate": None,
    }
    save_download_settings(
        home,
        {
            "inaturalist_api": inaturalist.address,
            "allow_private_hosts": True,
            "providers": {"inaturalist-api": provider},
            **changes,
        },
    )
    return download_settings(home)


@pytest.fixture
def api(home: Home, settings: DownloadSettings) -> Iterator[Api]:
    with opened_api(home, settings) as opened:
        yield opened


@pytest.fixture
def take(
    home: Home, catalogue: SqliteCatalogue, store: ImageStore, settings: DownloadSettings
) -> Take:
    """take(limit=…, place=…) imports daisies."""

    def run(limit: int | None = None, taxon: str = "Bellis perennis", **words: str) -> ImportReport:
        with opened_api(home, settings) as api:
            search = make_search(api, taxon, **words)
        return import_inaturalist(home, catalogue, settings, search, store.keep, limit)

    return run
