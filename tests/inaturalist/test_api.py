"""API requests: rate, budgets, pauses, and error messages."""

import time
from typing import Any

import pytest

from engine.download.store import open_download_store
from engine.errors import BadInput, WorkFailed
from engine.home import Home
from engine.inaturalist import api as asking
from engine.inaturalist.api import Api, opened_api
from engine.inaturalist.names import Taxon
from engine.inaturalist.search import SearchEstimate, estimate_search, make_search
from engine.settings.download import DownloadSettings
from tests.download.server import body, in_turn, raw, redirect, status
from tests.inaturalist.conftest import ask_there
from tests.inaturalist.server import Inaturalist, told


@pytest.fixture(autouse=True)
def quick_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_LONGEST_BACKOFF", 0.02)


def test_an_estimate_counts_and_imports_nothing(api: Api, inaturalist: Inaturalist) -> None:
    found = estimate_search(api, make_search(api, "Bellis perennis"))
    assert (found.observations, found.species) == (12, 1)
    assert inaturalist.pages == []


def test_an_estimate_reports_the_number_of_requests_for_a_limit() -> None:
    found = SearchEstimate(Taxon(1, "Bellis", "genus"), None, 12_345, 15, pace=60 / 55)
    assert [found.requests(limit) for limit in (None, 1_000, 1_001, 20_000)] == [62, 5, 6, 62]


def test_an_estimate_reports_the_duration_under_the_budgets(
    home: Home, inaturalist: Inaturalist
) -> None:
    settings = ask_there(home, inaturalist, per_minute=55)
    with opened_api(home, settings) as api:
        assert 55 * api.pace == pytest.approx(60)


def test_requests_contain_the_contact_address(home: Home, inaturalist: Inaturalist) -> None:
    settings = ask_there(home, inaturalist, contact="me@example.org")
    with opened_api(home, settings) as api:
        api.ask("taxa", q="Bellis")
    (request,) = inaturalist.server.requests
    assert request.headers["user-agent"] == "PlantStudio (me@example.org)"


def test_no_request_is_made_without_a_contact_address(
    home: Home, settings: DownloadSettings
) -> None:
    strange = settings.model_copy(update={"inaturalist_api": "https://api.example.org/v1"})
    with (
        pytest.raises(BadInput, match=r"api\.example\.org requires a contact address"),
        opened_api(home, strange),
    ):
        pass


@pytest.mark.parametrize("address", ["", "api.inaturalist.org", "ftp://here/v1"])
def test_an_invalid_address_is_named(home: Home, settings: DownloadSettings, address: str) -> None:
    wrong = settings.model_copy(update={"inaturalist_api": address})
    with pytest.raises(BadInput, match="inaturalist_api is"), opened_api(home, wrong):
        pass


def test_a_requested_pause_is_kept(api: Api, inaturalist: Inaturalist) -> None:
    inaturalist.faults = [status(429, retry_after=2)]
    began = time.monotonic()
    assert api.ask("taxa", q="Bellis")["total_results"] == 1
    assert time.monotonic() - began >= 2
    assert len(inaturalist.server.requests) == 2


def test_a_pause_applies_to_other_processes_too(
    home: Home, settings: DownloadSettings, inaturalist: Inaturalist
) -> None:
    inaturalist.faults = [status(429, retry_after=600)]
    waited: list[str] = []
    for _ in range(2):
        with (
            opened_api(home, settings, patience=5, waiting=waited.append) as api,
            pytest.raises(WorkFailed, match=r"asked for a pause\. Try again in \d+ min"),
        ):
            api.ask("taxa", q="Bellis")
    assert len(inaturalist.server.requests) == 1


def test_a_second_process_does_not_overdraw_a_spent_budget(
    home: Home, inaturalist: Inaturalist
) -> None:
    settings = ask_there(home, inaturalist, per_minute=3)
    for expected in (3, 3):
        with (
            opened_api(home, settings, patience=2) as api,
            pytest.raises(WorkFailed, match="The request limit of 127"),
        ):
            while True:
                api.ask("taxa", q="Bellis")
        assert len(inaturalist.server.requests) == expected


@pytest.mark.parametrize(
    "fault",
    [
        status(500),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"),
        body(b"<html>We are down</html>", content_type="text/html"),
        body(b'{"results": [1, 2', content_type="application/json"),
        body(b'{"error": "oops"}', content_type="application/json"),
        body(b"", content_type="application/json"),
        raw(b""),
    ],
)
def test_temporary_errors_are_retried(api: Api, inaturalist: Inaturalist, fault: Any) -> None:
    inaturalist.faults = [fault, fault]
    assert api.ask("taxa", q="Bellis")["total_results"] == 1
    assert len(inaturalist.server.requests) == 3


def test_permanent_errors_are_reported_in_a_sentence(api: Api, inaturalist: Inaturalist) -> None:
    inaturalist.server.otherwise = status(500)
    with pytest.raises(
        WorkFailed,
        match=r"No answer from iNaturalist .* answered with status 500\. Start again later\.",
    ):
        api.ask("taxa", q="Bellis")
    assert len(inaturalist.server.requests) == 5


def test_a_refusal_is_not_repeated_and_parks_the_host(api: Api, inaturalist: Inaturalist) -> None:
    inaturalist.server.otherwise = status(403)
    for _ in range(5):
        with pytest.raises(WorkFailed, match=r"refuses access \(403\)"):
            api.ask("taxa", q="Bellis")
    with pytest.raises(WorkFailed, match=r"refused too many requests\. Try again in"):
        api.ask("taxa", q="Bellis")
    assert len(inaturalist.server.requests) == 5


def test_a_moved_address_is_not_followed_but_reported(api: Api, inaturalist: Inaturalist) -> None:
    inaturalist.faults = [redirect("https://api.example.org/v3/taxa")]
    with pytest.raises(WorkFailed, match=r"has moved to https://api\.example\.org"):
        api.ask("taxa", q="Bellis")


def test_a_good_response_after_a_bad_one_resets_the_host(
    home: Home, api: Api, inaturalist: Inaturalist
) -> None:
    inaturalist.server.otherwise = in_turn(status(500), told([]))
    api.ask("taxa", q="Bellis")
    with open_download_store(home) as downloads:
        assert downloads.row("SELECT strikes, requests, photographs FROM host") == (0, 2, 0)
