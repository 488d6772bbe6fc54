"""A misbehaving server, and what fetches from it."""

from collections.abc import Iterator

import pytest

from engine.download.fetch import Fetcher
from engine.home import Home
from engine.settings.download import DownloadSettings
from tests.download.server import Server

IMPATIENT = DownloadSettings(
    allow_private_hosts=True,
    connect_seconds=1,
    first_byte_seconds=1.5,
    least_bytes_per_second=11_000,
    total_seconds=5,
    largest_megabytes=1,
)
"""Settings for tests: what a server may take its time with is over in 1.5 seconds."""


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
