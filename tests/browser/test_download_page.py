"""Control and progress of a download in a browser, with a misbehaving server."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from engine.catalogue.opening import open_catalogue
from engine.catalogue.record import Photograph
from engine.catalogue.store import Filter
from engine.download.control import DownloadControl
from engine.download.pins import pinned_splits
from engine.download.preferences import save_download_settings
from engine.download.store import open_download_store
from engine.home import Home, open_home
from engine.jobs.job import read_job, stop_job
from engine.settings.split import SplitSettings
from engine.split.make import make_split
from tests.browser.conftest import Server, StartServer
from tests.download.server import Server as Misbehaving
from tests.download.server import body, in_turn, jpeg, status

PHOTOGRAPHS = 60
PROVIDER = {
    "hosts": ["127.0.0.1"],
    "requests_per_day": 1_000,
    "gigabytes_per_hour": 0.5,
    "requests_per_second": 4,
    "start_rate": 4,
}


@dataclass
class Place:
    """A studio, its home, and the server of its photographs."""

    studio: Server
    home: Home
    photographs: Misbehaving


@pytest.fixture(scope="module")
def place(serve: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Sixty addresses: one is missing, one is a web page, one is first answered with 429."""
    photographs = Misbehaving()
    home = open_home(tmp_path_factory.mktemp("home"))
    for number in range(PHOTOGRAPHS):
        photographs.put(f"/{number}.jpg", body(jpeg(seed=number)))
    photographs.put("/1.jpg", status(404))
    photographs.put("/2.jpg", body(b"<html>log in</html>"))
    photographs.put("/3.jpg", in_turn(status(429, retry_after=1), body(jpeg(seed=3))))
    with open_catalogue(home) as catalogue:
        catalogue.add(
            Photograph(
                f"p{number}",
                "Acer campestre" if number % 3 else "Bellis perennis",
                url=photographs.url(f"/{number}.jpg"),
            )
            for number in range(PHOTOGRAPHS)
        )
    save_download_settings(
        home,
        {"allow_private_hosts": True, "free_gigabytes": 0, "providers": {"garden": PROVIDER}},
    )
    yield Place(serve(home=home.root), home, photographs)
    stop_job(home, "download")
    photographs.close()


def cached(home: Home) -> int:
    with open_catalogue(home) as catalogue:
        return catalogue.counts(Filter(state="cached")).images


def phase(page: Page, word: str) -> Locator:
    return page.get_by_test_id("stMarkdownContainer").filter(
        has_text=re.compile(f"Downloading.*{word}")
    )


def test_a_download_is_planned_started_paused_found_again_and_summarised(
    page: Page, place: Place
) -> None:
    page.goto(f"{place.studio.address}/download")
    limited = re.compile(r"garden .* (pace so far: 4\.00|4 requests) per second")
    expect(page.get_by_role("row", name=limited)).to_be_visible()
    expect(page.get_by_role("table").get_by_text("Medium")).to_be_visible()
    page.get_by_role("button", name="Download 60 photographs").click()

    expect(phase(page, "Running")).to_be_visible()
    expect(
        page.get_by_role("list", name="The last photographs").get_by_role("button").first
    ).to_be_visible()
    expect(page.get_by_text(re.compile(r"garden: \d+ of 1,000 requests per day"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"Cache: .* of 220 GB"))).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(phase(page, "Paused")).to_be_visible()
    asked = len(place.photographs.requests)
    time.sleep(1)
    assert len(place.photographs.requests) == asked

    # The server of the pages dies; the download continues and is found again.
    place.studio.kill()
    assert DownloadControl(place.home).at_work
    place.studio.start()
    page.goto(f"{place.studio.address}/download")
    expect(phase(page, "Paused")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Download finished.")).to_be_visible(timeout=90_000)
    assert cached(place.home) == PHOTOGRAPHS - 2
    expect(page.get_by_text("0 → 58")).to_be_visible()
    expect(page.get_by_text("Not available: 1, Not a photograph: 1")).to_be_visible()

    place.photographs.put("/1.jpg", body(jpeg(seed=1)))
    page.get_by_role("radio", name="Not available · 1").click()
    expect(page.get_by_text("1 address. The host has no such photograph.")).to_be_visible()
    page.get_by_role("button", name="Retry these").click()
    page.get_by_role("button", name="Download 1 photograph").click()
    expect(page.get_by_text("58 → 59")).to_be_visible(timeout=60_000)


def test_a_download_is_stopped_and_fetched_photographs_are_kept(page: Page, place: Place) -> None:
    with open_catalogue(place.home) as catalogue:
        catalogue.add(
            Photograph(f"q{number}", "Rosa", url=place.photographs.url(f"/q{number}.jpg"))
            for number in range(200)
        )
    place.photographs.otherwise = body(jpeg(seed=777))
    before = cached(place.home)
    page.goto(f"{place.studio.address}/download")
    page.get_by_role("button", name="Download 200 photographs").click()
    expect(phase(page, "Running")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(
        page.get_by_text(re.compile(r"The download ended\. \d+ addresses are left"))
    ).to_be_visible()
    assert cached(place.home) > before
    assert read_job(place.home, "download").state == "finished"


def test_a_split_is_pinned_on_the_page_so_that_the_cache_keeps_it(page: Page, place: Place) -> None:
    with open_catalogue(place.home) as catalogue:
        make_split(place.home, catalogue, SplitSettings(name="meadow", photographs="all"))
    page.goto(f"{place.studio.address}/download")
    expect(page.get_by_text(re.compile(r"photographs are here\. .* fit the cache"))).to_be_visible()
    page.get_by_text("meadow").click()
    expect(page.get_by_role("checkbox", name="meadow")).to_be_checked()

    page.reload()
    expect(page.get_by_role("checkbox", name="meadow")).to_be_checked()
    with open_download_store(place.home) as downloads:
        assert pinned_splits(downloads) == ["meadow"]
