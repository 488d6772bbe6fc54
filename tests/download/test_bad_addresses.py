"""Bad and good addresses on one host: all good ones are fetched."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing

import pytest

from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.download.control import DownloadControl
from engine.download.run import Summary, download
from engine.home import Home
from engine.settings.download import DownloadSettings, ProviderSettings
from tests.download.conftest import QUICK
from tests.download.server import (
    Behaviour,
    Request,
    Server,
    Wire,
    body,
    head,
    in_turn,
    jpeg,
    raw,
    redirect,
    status,
    trickle,
)
from tests.download.test_faults import reset
from tests.download.test_fetch import PAGE, bomb

slow = pytest.mark.slow
Want = Callable[..., list[str]]
FetchAll = Callable[..., Summary]
WHOLE = jpeg(200, 150)
GOOD, OF_EACH = 36, 12


def silent(wire: Wire, request: Request) -> None:
    """Accept the request and never answer."""
    while wire.wait(0.5):
        pass


KINDS: dict[str, Behaviour] = {
    "404": status(404),
    "403": status(403),
    "410": status(410),
    "500": status(500),
    "503": status(503),
    "429": status(429),
    "reset": reset(head(content_length=len(WHOLE)) + WHOLE[:99]),
    "closed": raw(b""),
    "slow-body": trickle(head(content_length=100_000) + WHOLE[:50]),
    "slow-head": trickle(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"),
    "silent": silent,
    "short": raw(head(content_length=len(WHOLE)) + WHOLE[:-99]),
    "short-without-length": raw(head() + WHOLE[:-99]),
    "page": body(PAGE, content_type="text/html"),
    "page-as-jpeg": body(PAGE),
    "empty": body(b""),
    "bomb": body(bomb()),
    "circle": lambda wire, request: redirect(request.path)(wire, request),
    "private": redirect("http://169.254.169.254/latest"),
}


def fill(
    server: Server, catalogue: SqliteCatalogue, kinds: dict[str, Behaviour], order: str | int
) -> None:
    """12 addresses of each kind and 36 good ones: the bad ones first, last, or shuffled."""
    names = [f"{kind}-{n}" for kind in kinds for n in range(OF_EACH)]
    for name in names:
        server.put(f"/{name}.jpg", kinds[name.rpartition("-")[0]])
    good = [f"good-{n}" for n in range(GOOD)]
    for n, name in enumerate(good):
        server.put(f"/{name}.jpg", body(jpeg(seed=n), content_type="text/plain"))
    names = good + names if order == "good first" else names + good
    if isinstance(order, int):
        random.Random(order).shuffle(names)
    catalogue.add(
        Photograph(
            name,
            "Rosa canina",
            url=server.url(f"/{name}.jpg"),
            observation_id=str(len(names) - place),
        )
        for place, name in enumerate(names)
    )


def seconds_until_good(home: Home, settings: DownloadSettings, most: float) -> float:
    """The duration of a download until the good ones are fetched; it is then stopped."""
    control = DownloadControl(home)
    began = time.monotonic()
    done: list[float] = []

    def run() -> None:
        with closing(SqliteCatalogue(home.catalogue)) as own:
            download(home, own, settings)

    worker = threading.Thread(target=run)
    worker.start()
    with closing(SqliteCatalogue(home.catalogue)) as catalogue:
        while not done and time.monotonic() - began < most:
            at_work = worker.is_alive()
            if catalogue.counts().by_state.get("cached", 0) == GOOD:
                done.append(time.monotonic() - began)
            elif not at_work:
                break
            time.sleep(0.1)
    control.stop()
    worker.join(30)
    assert not worker.is_alive()
    assert done, "not all good photographs came in time"
    return done[0]


NEWEST_FIRST = QUICK.model_copy(update={"order": "newest"})
UNPACED = DownloadSettings(
    allow_private_hosts=True,
    free_gigabytes=0.0,
    order="newest",
    other_hosts=ProviderSettings(start_rate=None),
)
PACED = UNPACED.model_copy(update={"other_hosts": ProviderSettings()})


@pytest.mark.slow
def test_every_good_photograph_is_fetched_even_if_bad_ones_come_first(
    home: Home, catalogue: SqliteCatalogue, server: Server
) -> None:
    fill(server, catalogue, KINDS, "bad first")
    assert seconds_until_good(home, NEWEST_FIRST, 40) < 40


@pytest.mark.slow
@pytest.mark.parametrize("order", ["bad first", "good first", *range(4)])
def test_every_good_photograph_is_fetched_within_a_minute_in_any_order(
    home: Home, catalogue: SqliteCatalogue, server: Server, order: str | int
) -> None:
    fill(server, catalogue, KINDS, order)
    assert seconds_until_good(home, UNPACED, 60) < 60


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["429", "403", "silent", "slow-body"])
def test_a_host_with_the_default_rate_limit_delivers_all_within_a_minute(
    home: Home, catalogue: SqliteCatalogue, server: Server, kind: str
) -> None:
    fill(server, catalogue, {kind: KINDS[kind]}, "bad first")
    assert seconds_until_good(home, PACED, 60) < 60


def test_untried_addresses_precede_retries(server: Server, want: Want, fetch_all: FetchAll) -> None:
    names = [f"n{number:02}" for number in range(30)]
    want(*names)
    for name in names[::3]:
        server.put(f"/{name}.jpg", in_turn(status(500), body(jpeg(seed=int(name[1:])))))
    assert fetch_all(connections=1).successful == 30
    asked = [request.path for request in server.requests]
    first_retry = next(place for place, path in enumerate(asked) if path in asked[:place])
    assert first_retry == 30


def test_addresses_that_fail_individually_are_given_up_and_the_host_stays_in_use(
    home: Home, server: Server, want: Want, fetch_all: FetchAll
) -> None:
    want("good")
    assert fetch_all().successful == 1
    want(*[f"bad{number}" for number in range(10)], serve=False)
    server.otherwise = status(403)
    summary = fetch_all()
    assert (summary.failed, summary.left, summary.parked) == (10, 0, [])
    probes = len(server.asked("/good.jpg")) - 1
    assert 1 <= probes <= 4


def test_a_photograph_fetched_by_a_probe_is_counted_and_stored_once(
    home: Home, server: Server, want: Want, fetch_all: FetchAll
) -> None:
    want("good")
    before = fetch_all()
    want("bad1", "bad2", "bad3", serve=False)
    server.otherwise = status(403)
    summary = fetch_all(connections=1)
    assert len(server.asked("/good.jpg")) > 1
    assert (summary.successful, summary.fetched) == (0, 0)
    assert summary.cache_bytes == before.cache_bytes
    assert len(list(home.images.glob("[!.]*/*"))) == 1


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parked host is probed after 0.1 s, 0.4 s, 1.6 s; the download ends at a longer pause."""
    monkeypatch.setattr("engine.download.host.PROBED_FIRST", 0.1)
    monkeypatch.setattr("engine.download.gate._LONGEST_BACKOFF", 0.2)
    monkeypatch.setattr("engine.download.session._LONGEST_WAIT", 2.0)


@pytest.mark.parametrize(
    "fault", ["403", "500", "closed", *(pytest.param(code, marks=slow) for code in ("429", "503"))]
)
def test_a_host_that_fails_for_every_address_is_parked_and_not_overloaded(
    server: Server, want: Want, fetch_all: FetchAll, short_pauses: None, fault: str
) -> None:
    want(*[f"n{number:03}" for number in range(100)], serve=False)
    server.otherwise = KINDS[fault]
    summary = fetch_all(other_hosts=ProviderSettings(start_rate=50, connections=4))
    assert summary.parked == [f"127.0.0.1:{server.port}"]
    assert len(server.requests) <= 24
    assert summary.left >= 100 - 8
    sentence = str(summary.waiting[0])
    assert len(summary.waiting) == 1
    assert sentence.startswith(f"127.0.0.1:{server.port} is parked. The ")
    assert "Next try in " in sentence
    asked = len(server.requests)
    assert fetch_all().left == summary.left
    assert len(server.requests) == asked


def test_a_host_that_accepts_no_connection_is_parked_soon(
    server: Server, want: Want, fetch_all: FetchAll, short_pauses: None
) -> None:
    want(*[f"n{number:03}" for number in range(100)], serve=False)
    server.close()
    summary = fetch_all()
    assert summary.parked == [f"127.0.0.1:{server.port}"]
    assert summary.requests <= 28
    assert "refused the connection" in str(summary.waiting[0])


def test_a_parked_host_recovers_within_the_same_download(
    server: Server, want: Want, fetch_all: FetchAll, short_pauses: None
) -> None:
    names = [f"n{number:02}" for number in range(20)]
    want(*names)
    good = dict(server.behaviours)
    well_from = time.monotonic() + 1.0

    def answer(wire: Wire, request: Request) -> None:
        is_well = time.monotonic() > well_from
        (good[request.path] if is_well else status(500))(wire, request)

    for path in good:
        server.behaviours[path] = answer
    summary = fetch_all()
    assert (summary.successful, summary.failed, summary.left) == (20, 0, 0)


def test_a_parked_host_recovers_in_a_later_download(
    server: Server,
    want: Want,
    fetch_all: FetchAll,
    short_pauses: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.download.session._LONGEST_WAIT", 0.2)
    names = [f"n{number:02}" for number in range(20)]
    want(*names)
    good = dict(server.behaviours)
    for path in good:
        server.behaviours[path] = status(500)
    parked = fetch_all()
    assert parked.left == 20
    server.behaviours = good
    time.sleep(2)
    asked = len(server.requests)
    summary = fetch_all(connections=1)
    assert (summary.successful, summary.left, summary.parked) == (20, 0, [])
    assert len(server.requests) - asked == 20


@pytest.mark.slow
def test_a_rate_limit_is_distinguished_from_individual_objections(
    server: Server, want: Want, fetch_all: FetchAll
) -> None:
    """The host accepts 20 requests in any second of its clock and refuses the rest."""
    names = [f"n{number:03}" for number in range(100)]
    want(*names, serve=False)
    seconds: Counter[int] = Counter()
    refused: list[str] = []

    def limited(wire: Wire, request: Request) -> None:
        second = int(time.monotonic())
        seconds[second] += 1
        if seconds[second] > 20:
            refused.append(request.path)
            status(429)(wire, request)
        else:
            body(WHOLE)(wire, request)

    server.otherwise = limited
    summary = fetch_all()
    assert (summary.successful, summary.failed, summary.left) == (100, 0, 0)
    assert len(refused) < 25
