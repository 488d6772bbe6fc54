"""Request limits of a host: budgets that hold across downloads, and retry limits."""

import threading
import time
from collections.abc import Callable

from engine.catalogue.sqlite import SqliteCatalogue
from engine.download.control import DownloadControl
from engine.download.run import Summary, download
from engine.download.store import open_download_store
from engine.home import Home
from engine.settings.download import ProviderSettings
from tests.download.conftest import QUICK
from tests.download.server import Server, body, in_turn, jpeg, redirect, status

Want = Callable[..., list[str]]
FetchAll = Callable[..., Summary]


def test_every_attempt_counts_including_retries_and_redirects(
    home: Home, server: Server, want: Want, fetch_all: FetchAll
) -> None:
    want("a", "b", serve=False)
    server.put("/a.jpg", in_turn(status(500), redirect("/real.jpg")))
    server.put("/b.jpg", status(404))
    server.put("/real.jpg", body(jpeg()))
    provider = ProviderSettings(hosts=("127.0.0.1",), requests_per_day=100, start_rate=None)
    fetch_all(providers={"here": provider})
    with open_download_store(home) as downloads:
        row = downloads.row("SELECT SUM(amount) FROM spent WHERE account = 'here requests'")
    assert row == (len(server.requests),) == (4,)


def test_a_budget_of_requests_holds_across_downloads(
    server: Server, want: Want, fetch_all: FetchAll
) -> None:
    want(*"abcdefghij")
    provider = ProviderSettings(hosts=("127.0.0.1",), requests_per_second=4, start_rate=None)
    started = time.monotonic()
    for _ in range(5):
        fetch_all(limit=2, providers={"here": provider})
    moments = [request.t for request in server.requests]
    assert len(moments) == 10
    assert time.monotonic() - started >= 2
    # A request may arrive late, but none before it may be sent: four in each second.
    for number, moment in enumerate(moments):
        assert moment - started >= number // 4


def test_a_budget_of_bytes_is_never_overdrawn(
    home: Home, catalogue: SqliteCatalogue, server: Server, want: Want
) -> None:
    want(*"abcdefgh", serve=False)
    server.otherwise = body(jpeg(200, 150))
    budget = 3.5 * len(jpeg(200, 150)) / 1e9
    provider = ProviderSettings(hosts=("127.0.0.1",), gigabytes_per_hour=budget, start_rate=None)
    settings = QUICK.model_copy(update={"providers": {"here": provider}})
    control = DownloadControl(home)

    def stop_when_it_waits() -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            told = control.status()
            if told and "budget" in told.note:
                break
            time.sleep(0.05)
        control.stop()

    stopper = threading.Thread(target=stop_when_it_waits)
    stopper.start()
    summary = download(home, catalogue, settings)
    stopper.join()
    assert (summary.successful, summary.left) == (3, 5)
    assert summary.received_bytes <= budget * 1e9
