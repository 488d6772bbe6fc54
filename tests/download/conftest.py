"""A misbehaving server, and fixtures that download from it."""

from collections.abc import Callable, Iterator

import pytest

from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.download.cache import Protect, nothing_protected
from engine.download.fetch import Fetcher
from engine.download.run import NO_CONSENT, Consent, Summary, download
from engine.home import Home
from engine.settings.download import DownloadSettings, ProviderSettings
from tests.download.server import Server, body, jpeg

IMPATIENT = DownloadSettings(
    allow_private_hosts=True,
    connect_seconds=1,
    first_byte_seconds=1.5,
    least_bytes_per_second=11_000,
    total_seconds=5,
    largest_megabytes=1,
)
"""Settings for tests: every server timeout is at most 1.5 seconds."""


@pytest.fixture
def server() -> Iterator[Server]:
    started = Server()
    yield started
    started.close()


@pytest.fixture
def fetcher(home: Home) -> Iterator[Fetcher]:
    opened = Fetcher(IMPATIENT, home.images / ".incoming")
    yield opened
    opened.close()


FAST = ProviderSettings(start_rate=None, connections=8)
QUICK = IMPATIENT.model_copy(update={"other_hosts": FAST, "free_gigabytes": 0.0})
"""Settings for tests that fetch many photographs: no rate limit until the host objects."""


@pytest.fixture
def want(catalogue: SqliteCatalogue, server: Server) -> Callable[..., list[str]]:
    """want("a", "b", species="Rosa canina") adds remote rows of /a.jpg and /b.jpg to the catalogue
    and valid responses to the server; returns the addresses.
    """

    def add(*names: str, species: str = "Rosa canina", serve: bool = True) -> list[str]:
        urls = [server.url(f"/{name}.jpg") for name in names]
        for number, name in enumerate(names):
            if serve:
                seed = int.from_bytes(name.encode()[-3:], "big") + number
                server.put(f"/{name}.jpg", body(jpeg(seed=seed)))
        catalogue.add(
            Photograph(f"{species}-{name}", species, url=url, license="CC-BY-4.0")
            for name, url in zip(names, urls, strict=True)
        )
        return urls

    return add


@pytest.fixture
def fetch_all(home: Home, catalogue: SqliteCatalogue) -> Callable[..., Summary]:
    """fetch_all(limit=…, cache_gigabytes=…) downloads with QUICK settings and these changes."""

    def run(
        limit: int | None = None,
        protect: Protect = nothing_protected,
        consent: Consent = NO_CONSENT,
        **changes: object,
    ) -> Summary:
        settings = QUICK.model_copy(update=changes)
        return download(home, catalogue, settings, limit, protect, consent=consent)

    return run
