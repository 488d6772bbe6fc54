"""Import of a search: pages by id, limits, resuming, and progress messages."""

import os
import signal
import subprocess
import sys
import time

import orjson
import pytest

from engine.catalogue.opening import open_catalogue
from engine.catalogue.sqlite import SqliteCatalogue
from engine.download.queue import Queue
from engine.download.store import open_download_store
from engine.errors import WorkFailed
from engine.home import Home
from engine.settings.download import DownloadSettings
from tests.conftest import PROJECT
from tests.download.server import Request, Wire, status
from tests.inaturalist.conftest import Take, ask_there
from tests.inaturalist.server import Inaturalist, observation, photo


def test_a_search_is_imported_once(take: Take, catalogue: SqliteCatalogue) -> None:
    report = take()
    assert (report.added, report.known, report.refused) == (12, 0, 0)
    again = take()
    assert (again.added, again.known) == (0, 12)
    counts = catalogue.counts()
    assert (counts.by_source, counts.by_state) == ({"iNaturalist": 12}, {"remote": 12})
    assert next(catalogue.all()).genus == "Bellis"


def test_imported_photographs_can_be_downloaded_in_every_size(
    home: Home, take: Take, catalogue: SqliteCatalogue
) -> None:
    take()
    with open_download_store(home) as downloads:
        queue = Queue(downloads)
        assert queue.fill(catalogue, "medium") == 12
        queue.order(catalogue, "newest")
        (host,) = queue.hosts()
        _, item = queue.following(host, -1, 1)[0]
    assert item.url == "https://inaturalist-open-data.s3.amazonaws.com/photos/120/medium.jpg"


def test_the_request_contains_the_search_parameters(take: Take, inaturalist: Inaturalist) -> None:
    inaturalist.places = [{"id": 7, "name": "Bavaria", "display_name": "Bavaria, DE"}]
    take(place="Bavaria", quality="needs_id", licences=["cc-by", "cc0"])
    (asked,) = inaturalist.pages
    assert asked == {
        "taxon_id": "55563",
        "place_id": "7",
        "photos": "true",
        "hrank": "species",
        "quality_grade": "needs_id",
        "photo_license": "cc0,cc-by",
        "order_by": "id",
        "order": "asc",
        "per_page": "200",
        "id_above": "0",
    }


def test_photographs_without_a_licence_are_distinguished_from_the_rest(
    take: Take, inaturalist: Inaturalist
) -> None:
    inaturalist.observations[3]["photos"] = [photo(31, license_code=None), photo(32)]
    report = take(licences=["all rights reserved"])
    assert (report.added, report.refused) == (1, 12)
    assert "photo_license" not in inaturalist.pages[0]


def test_more_than_ten_thousand_observations_are_paged_by_id(
    take: Take, inaturalist: Inaturalist, catalogue: SqliteCatalogue
) -> None:
    inaturalist.observations = [observation(3 * number) for number in range(1, 10_402)]
    assert take().added == 10_401
    assert len(inaturalist.pages) == 53
    assert [int(asked["id_above"]) for asked in inaturalist.pages[:3]] == [0, 600, 1_200]
    assert all("page" not in asked for asked in inaturalist.pages)
    assert catalogue.counts().images == 10_401


def test_a_limit_applies_to_photographs_and_can_be_raised(
    take: Take, inaturalist: Inaturalist, catalogue: SqliteCatalogue
) -> None:
    inaturalist.observations = [observation(number, photos=3) for number in range(1, 400)]
    assert take(limit=10).added == 10
    assert len(inaturalist.pages) == 1
    report = take(limit=700)
    assert (report.added, report.known) == (690, 10)
    assert len(inaturalist.pages) == 3
    assert catalogue.counts().images == 700


def test_rejections_are_reported_and_the_rest_is_imported(
    take: Take, inaturalist: Inaturalist
) -> None:
    inaturalist.observations = [
        observation(1),
        observation(2, taxon=None),
        {"quality_grade": "research"},
        observation(4) | {"photos": [photo(41), photo(42, license_code=None)]},
        observation(5, photos=0),
    ]
    report = take()
    assert (report.added, report.refused) == (2, 4)
    assert {item.origin for item in report.refusals} == {
        "observations/2",
        "–",
        "observations/4 photos/42",
        "observations/5",
    }


def test_repeated_observations_end_the_import(
    take: Take, inaturalist: Inaturalist, monkeypatch: pytest.MonkeyPatch
) -> None:
    inaturalist.observations = [observation(number) for number in range(1, 500)]
    found = inaturalist.observations
    monkeypatch.setattr(inaturalist, "_found", lambda asked: found)
    with pytest.raises(WorkFailed, match="the same observations again"):
        take()


def test_an_import_that_lost_its_connection_continues_where_it_stopped(
    home: Home, take: Take, inaturalist: Inaturalist, catalogue: SqliteCatalogue
) -> None:
    inaturalist.observations = [observation(number) for number in range(1, 1_001)]
    usual = inaturalist.server.otherwise

    def fail_later(wire: Wire, request: Request) -> None:
        (status(403) if "id_above=600" in request.path else usual)(wire, request)

    inaturalist.server.otherwise = fail_later
    with pytest.raises(WorkFailed, match="refuses access"):
        take()
    there = catalogue.counts().images
    assert 500 <= there <= 600
    inaturalist.server.otherwise = usual
    asked = len(inaturalist.pages)
    report = take()
    assert report.added == 1_000 - there
    assert 500 <= int(inaturalist.pages[asked]["id_above"]) <= 600
    assert list((home.data / "imports").iterdir()) == []


def start(home: Home, *more: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "engine", "import", "inaturalist"]
    words = ["--taxon", "Bellis perennis", *more, "--home", str(home.root), "--json"]
    return subprocess.Popen(
        [*command, *words],
        cwd=PROJECT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def until(inaturalist: Inaturalist, pages: int) -> None:
    deadline = time.monotonic() + 60
    while len(inaturalist.pages) < pages and time.monotonic() < deadline:
        time.sleep(0.005)


def test_an_import_killed_at_any_moment_loses_nothing_and_repeats_few_requests(
    home: Home, settings: DownloadSettings, inaturalist: Inaturalist
) -> None:
    inaturalist.observations = [observation(number, photos=2) for number in range(1, 4_001)]
    for pages in (5, 14):
        running = start(home)
        until(inaturalist, pages)
        running.send_signal(signal.SIGKILL)
        running.communicate()
    out, problem = start(home).communicate(timeout=60)
    assert problem == ""
    assert orjson.loads(out.splitlines()[-1])["refused"] == 0
    with open_catalogue(home) as catalogue:
        assert catalogue.counts().images == 8_000
    # Twenty pages, and at each of two kills one pending page and one half imported page.
    assert len(inaturalist.pages) <= 20 + 2 * 2


def test_the_budget_holds_across_a_kill(home: Home, inaturalist: Inaturalist) -> None:
    ask_there(home, inaturalist, per_minute=5)
    inaturalist.observations = [observation(number) for number in range(1, 4_001)]
    for _ in range(2):
        running = start(home)
        # One request is for the taxon.
        until(inaturalist, 4)
        time.sleep(1)
        running.send_signal(signal.SIGKILL)
        running.communicate()
    assert len(inaturalist.server.requests) == 5


def test_a_plan_reports_the_number_of_photographs(
    home: Home, settings: DownloadSettings, inaturalist: Inaturalist
) -> None:
    out, _ = start(home, "--plan", "--license", "cc-by, cc0").communicate(timeout=60)
    values = orjson.loads(out.splitlines()[-1])
    assert (values["observations"], values["species"], values["requests"]) == (12, 1, 1)
    assert values["taxon"]["name"] == "Bellis perennis"
    assert inaturalist.pages == []
