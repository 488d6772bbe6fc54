"""Import of iNaturalist observations by the page, from a server with the same API."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from engine.catalogue.opening import open_catalogue
from engine.home import Home, open_home
from tests.browser.conftest import Server, StartServer
from tests.download.server import status
from tests.inaturalist.conftest import ask_there
from tests.inaturalist.server import Inaturalist, observation, taxon


@pytest.fixture(scope="module")
def inaturalist() -> Iterator[Inaturalist]:
    started = Inaturalist()
    started.taxa = [taxon(47604, "Asteraceae", "family", preferred_common_name="Daisies")]
    started.places = [{"id": 7, "name": "Bavaria", "display_name": "Bavaria, DE"}]
    started.observations = [observation(number, photos=2) for number in range(2, 3_002)]
    started.observations.insert(0, observation(1, taxon=None))
    yield started
    started.close()


@pytest.fixture(scope="module")
def home(inaturalist: Inaturalist, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = open_home(tmp_path_factory.mktemp("home"))
    # After eleven requests the import waits for the rest of a minute.
    ask_there(home, inaturalist, per_minute=12)
    return home


@pytest.fixture(scope="module")
def server(serve: StartServer, home: Home) -> Server:
    return serve(home=home.root)


def ask(page: Page, server: Server, taxon: str, place: str = "") -> None:
    page.goto(f"{server.address}/import?from=inaturalist")
    page.get_by_role("textbox", name="Taxon").fill(taxon)
    page.get_by_role("textbox", name="Place").fill(place)
    page.get_by_role("button", name="Search").click()


def test_a_search_is_counted_imported_stopped_and_found_again(
    page: Page, server: Server, home: Home, inaturalist: Inaturalist
) -> None:
    ask(page, server, "asteraceae", "Bavaria")
    expect(page.get_by_text("Family Asteraceae (Daisies) · Bavaria, DE")).to_be_visible()
    expect(page.get_by_test_id("stMetric").first).to_contain_text("3,001")
    limit = page.get_by_role("spinbutton", name="Maximum number of photographs")
    limit.fill("400")
    limit.press("Tab")
    expect(page.get_by_text("2 requests")).to_be_visible()
    page.get_by_role("button", name="Import addresses").click()
    expect(page.get_by_text("400 photographs added. 1 refused.")).to_be_visible()
    expect(page.get_by_text("Refused photographs")).to_be_visible()
    expect(page.get_by_role("button", name="Download the photographs")).to_be_visible()

    limit.fill("6000")
    limit.press("Tab")
    page.get_by_role("button", name="Import addresses").click()
    expect(page.get_by_text("The request limit of 127.0.0.1")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Import: stopped.")).to_be_visible()
    assert len(inaturalist.server.requests) == 12
    with open_catalogue(home) as catalogue:
        assert 400 < catalogue.counts().images < 6_000


@pytest.mark.parametrize(
    ("typed", "place", "sentence"),
    [
        ("", "", "Type a taxon"),
        ("Asterix", "", "nothing called Asterix. Type the number of a similar one: family Ast"),
        ("Asteraceae", "Atlantis", "iNaturalist has nothing called Atlantis."),
    ],
)
def test_an_unknown_name_is_reported_and_the_input_is_kept(
    page: Page,
    server: Server,
    home: Home,
    inaturalist: Inaturalist,
    typed: str,
    place: str,
    sentence: str,
) -> None:
    ask_there(home, inaturalist)
    ask(page, server, typed, place)
    expect(page.get_by_test_id("stAlert").last).to_contain_text(sentence)
    expect(page.get_by_role("textbox", name="Taxon")).to_have_value(typed)


def test_a_refusal_by_inaturalist_is_reported(
    page: Page, server: Server, home: Home, inaturalist: Inaturalist
) -> None:
    ask_there(home, inaturalist)
    inaturalist.faults = [status(403)]
    ask(page, server, "Asteraceae")
    expect(page.get_by_test_id("stAlert").last).to_contain_text("refuses access (403)")
