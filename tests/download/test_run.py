"""Whole downloads from a correct server and from a faulty one."""

import threading
import time
from collections.abc import Callable

import pytest

from engine.catalogue.opening import open_catalogue
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Filter
from engine.download.control import DownloadControl
from engine.download.queue import Queue
from engine.download.run import Summary, download
from engine.download.store import open_download_store
from engine.errors import BadInput
from engine.home import Home
from engine.settings.download import ProviderSettings
from tests.download.conftest import QUICK
from tests.download.server import Server, body, in_turn, jpeg, raw, redirect, status

Want = Callable[..., list[str]]
FetchAll = Callable[..., Summary]


def kinds(home: Home) -> dict[str, int]:
    with open_download_store(home) as downloads:
        return Queue(downloads).failure_counts()


def reasons(home: Home) -> list[str]:
    with open_download_store(home) as downloads:
        return [str(item.reason) for item in Queue(downloads).failures()]


def test_photographs_are_fetched_and_recorded_in_the_catalogue(
    home: Home, catalogue: SqliteCatalogue, server: Server, want: Want, fetch_all: FetchAll
) -> None:
    want(*"abcdefgh")
    summary = fetch_all()
    assert (summary.successful, summary.failed, summary.left) == (8, 0, 0)
    assert (summary.cache_before, summary.cache_after) == (0, 8)
    for photograph in catalogue.all():
        content = home.resolve(photograph.path).read_bytes()
        assert photograph.state == "cached"
        assert photograph.path.endswith(f"{photograph.sha256}.jpg")
        assert (photograph.width, photograph.height) == (64, 48)
        assert len(content) == home.resolve(photograph.path).stat().st_size
    assert len(server.requests) == 8
    assert fetch_all().requests == 0
    with open_download_store(home) as downloads:
        row = downloads.row(
            "SELECT license, final_url, bytes FROM fetched WHERE url LIKE '%/a.jpg'"
        )
    assert row is not None
    assert row[:2] == ("CC-BY-4.0", server.url("/a.jpg"))
    assert row[2] == len(jpeg(seed=97))


def test_an_address_that_is_listed_a_hundred_times_is_fetched_once(
    catalogue: SqliteCatalogue, server: Server, fetch_all: FetchAll
) -> None:
    url = server.put("/a.jpg", body(jpeg()))
    catalogue.add(Photograph(f"{n}", f"Species {n % 7}", url=url) for n in range(100))
    assert catalogue.counts().images == 1
    summary = fetch_all()
    assert (summary.successful, summary.fetched, summary.requests) == (1, 1, 1)
    catalogue.add([Photograph("late", "Species 1", url=url)])
    assert fetch_all().requests == 0
    assert catalogue.counts().by_state == {"cached": 1}
    assert catalogue.listed_twice() == 100


def test_the_same_bytes_from_many_addresses_are_one_file(
    home: Home, server: Server, want: Want, fetch_all: FetchAll
) -> None:
    want(*"abcdef", serve=False)
    server.otherwise = body(jpeg())
    summary = fetch_all()
    assert summary.successful == 6
    files = [path for path in home.images.glob("[!.]*/*") if path.is_file()]
    assert len(files) == 1
    assert summary.cache_bytes == len(jpeg())


def test_a_limit_is_kept_and_the_next_download_continues(want: Want, fetch_all: FetchAll) -> None:
    want(*"abcdefgh")
    assert fetch_all(limit=3).successful == 3
    assert fetch_all(limit=3).successful == 3
    assert fetch_all().successful == 2


def test_temporary_errors_are_retried(server: Server, want: Want, fetch_all: FetchAll) -> None:
    want("a", "b", "c")
    server.put("/a.jpg", in_turn(status(500), body(jpeg(seed=1))))
    server.put("/b.jpg", in_turn(raw(b""), body(jpeg(seed=2))))
    cut = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + jpeg()[:300])
    server.put("/c.jpg", in_turn(cut, body(jpeg(seed=3))))
    summary = fetch_all()
    assert (summary.successful, summary.failed, summary.requests) == (3, 0, 6)


def test_failures_are_classified_listed_and_retried_by_class(
    home: Home, server: Server, want: Want, fetch_all: FetchAll
) -> None:
    want("a", "b", "c", "d", "e")
    server.put("/b.jpg", status(404))
    server.put("/c.jpg", body(b"<html>log in</html>"))
    server.put("/d.jpg", status(500))
    server.put("/e.jpg", status(403))
    summary = fetch_all(attempts=2)
    assert (summary.successful, summary.failed) == (1, 4)
    assert kinds(home) == {"bad content": 1, "permanent": 1, "policy": 1, "transient": 1}
    assert "The host sent a web page instead of a photograph." in reasons(home)
    asked = len(server.requests)
    assert fetch_all().requests == 0
    assert len(server.requests) == asked

    server.put("/b.jpg", body(jpeg(seed=7)))
    with open_download_store(home) as downloads:
        assert Queue(downloads).retry("permanent") == 1
    summary = fetch_all()
    assert (summary.successful, summary.requests) == (1, 1)
    assert "permanent" not in kinds(home)


def test_nothing_is_retried_forever(server: Server, want: Want, fetch_all: FetchAll) -> None:
    want("a")
    server.put("/a.jpg", status(500))
    assert fetch_all(attempts=3).failed == 1
    assert len(server.requests) == 3


def test_only_a_few_redirects_are_followed(
    home: Home, server: Server, want: Want, fetch_all: FetchAll
) -> None:
    want("a", "b", "c", serve=False)
    server.put("/a.jpg", redirect("/real.jpg"))
    server.put("/real.jpg", body(jpeg()))
    server.put("/b.jpg", redirect("/b.jpg"))
    server.put("/c.jpg", redirect("http://169.254.169.254/latest/meta-data"))
    summary = fetch_all()
    assert (summary.successful, summary.failed) == (1, 2)
    assert len(server.asked("/b.jpg")) == 6
    assert kinds(home) == {"policy": 2}
    with open_download_store(home) as downloads:
        row = downloads.row("SELECT final_url FROM fetched")
    assert row == (server.url("/real.jpg"),)


def test_a_redirect_to_another_private_host_is_refused(
    home: Home, server: Server, want: Want, fetch_all: FetchAll
) -> None:
    want("a", serve=False)
    server.put("/a.jpg", redirect(f"http://[::ffff:169.254.169.254]:{server.port}/b.jpg"))
    assert fetch_all().failed == 1
    assert "link-local or special address" in reasons(home)[0]


def test_an_invalid_web_address_is_refused_without_a_request(
    home: Home, catalogue: SqliteCatalogue, fetch_all: FetchAll
) -> None:
    for number, url in enumerate(("file:///etc/passwd", "ftp://example.org/a.jpg", "a.jpg")):
        catalogue.add([Photograph(str(number), "Rosa canina", url=url)])
    assert fetch_all().failed == 3
    assert kinds(home) == {"policy": 3}


def test_hosts_are_not_contacted_without_a_contact_address(
    home: Home, catalogue: SqliteCatalogue, fetch_all: FetchAll
) -> None:
    catalogue.add([Photograph("a", "Rosa canina", url="https://photos.example/a.jpg")])
    with pytest.raises(BadInput, match=r"photos\.example requires a contact address"):
        fetch_all()


def test_a_download_pauses_resumes_and_stops_on_request(
    home: Home, catalogue: SqliteCatalogue, server: Server, want: Want
) -> None:
    want(*[f"n{number:03}" for number in range(60)])
    control = DownloadControl(home)
    settings = QUICK.model_copy(
        update={"other_hosts": ProviderSettings(start_rate=20, connections=2)}
    )

    def wait_for(phase: str) -> None:
        deadline = time.monotonic() + 60
        while (told := control.status()) is None or told.phase != phase:
            assert time.monotonic() < deadline, phase
            time.sleep(0.05)

    summaries: list[Summary] = []

    def run() -> None:
        with open_catalogue(home) as own:
            summaries.append(download(home, own, settings))

    worker = threading.Thread(target=run)
    worker.start()
    wait_for("running")
    assert control.at_work
    control.pause()
    wait_for("paused")
    time.sleep(0.3)
    asked = len(server.requests)
    time.sleep(0.5)
    assert len(server.requests) == asked < 60
    control.go_on()
    wait_for("running")
    control.stop()
    worker.join(30)
    assert summaries[0].left > 0
    told = control.status()
    assert told is not None and told.phase == "ended"
    assert told.successful == summaries[0].successful
    assert not control.at_work


def test_two_concurrent_downloads_take_turns_and_fetch_nothing_twice(
    home: Home, server: Server, want: Want
) -> None:
    want(*[f"n{number:03}" for number in range(40)])
    summaries: list[Summary] = []

    def run() -> None:
        with open_catalogue(home) as own:
            summaries.append(download(home, own, QUICK))

    workers = [threading.Thread(target=run) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(summary.successful for summary in summaries) == [0, 40]
    assert len(server.requests) == 40


def test_rare_species_come_first_or_one_of_each_in_turn(
    home: Home, catalogue: SqliteCatalogue, server: Server, want: Want, fetch_all: FetchAll
) -> None:
    want(*[f"r{n}" for n in range(6)], species="Rosa canina")
    want(*[f"b{n}" for n in range(3)], species="Bellis perennis")
    want("a0", species="Acer campestre")
    fetch_all(limit=4, order="rarest")
    assert {item.species for item in catalogue.species(Filter(state="cached"))} == {
        "Acer campestre",
        "Bellis perennis",
    }
    fetch_all(limit=3, order="round-robin")
    cached = {item.species: item.images for item in catalogue.species(Filter(state="cached"))}
    assert cached == {"Acer campestre": 1, "Bellis perennis": 3, "Rosa canina": 3}


def test_the_newest_observations_come_first(
    catalogue: SqliteCatalogue, server: Server, fetch_all: FetchAll
) -> None:
    server.otherwise = body(jpeg())
    catalogue.add(
        Photograph(f"p{n}", "Rosa canina", url=server.url(f"/{n}.jpg"), observation_id=str(n))
        for n in (5, 700, 31)
    )
    fetch_all(order="newest", connections=1)
    assert [request.path for request in server.requests] == ["/700.jpg", "/31.jpg", "/5.jpg"]
