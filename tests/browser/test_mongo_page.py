"""Import of a MongoDB collection by the page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from pymongo import MongoClient

from engine.catalogue.opening import open_catalogue
from engine.home import open_home
from tests.browser.conftest import Server, StartServer
from tests.mongod import Mongod, running

pytestmark = pytest.mark.mongo


@pytest.fixture(scope="module")
def mongod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mongod]:
    with running(tmp_path_factory.mktemp("mongod")) as started:
        with MongoClient(started.address) as client:
            client.plants.photos.insert_many(
                {
                    "taxon": {"name": "Bellis annua", "family": "Asteraceae"},
                    "determined": {"as": "Bellis perennis"},
                    "photos": [{"id": n, "url": f"https://photographs.example/{n}.jpg"}],
                }
                for n in range(30)
            )
        yield started


@pytest.fixture(scope="module")
def server(serve: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Server:
    return serve(home=tmp_path_factory.mktemp("home"))


def look(page: Page, server: Server, address: str) -> None:
    page.goto(f"{server.address}/import?from=mongodb")
    page.get_by_role("textbox", name="Address").fill(address)
    page.get_by_role("textbox", name="Database").fill("plants")
    page.get_by_role("textbox", name="Collection").fill("photos")
    page.get_by_role("textbox", name="Collection").press("Tab")
    page.get_by_role("button", name="Read a sample").click()


def test_a_collection_is_imported_with_a_corrected_mapping(
    page: Page, server: Server, mongod: Mongod
) -> None:
    # An open list closes when the page scrolls, so the whole page must be visible.
    page.set_viewport_size({"width": 1400, "height": 2200})
    look(page, server, mongod.address)
    expect(page.get_by_text("Fields of 30 documents")).to_be_visible()
    species = page.get_by_role("combobox", name="Species")
    expect(species).to_have_value("taxon.name")
    species.click()
    page.get_by_role("option", name="determined.as", exact=True).click()
    expect(species).to_have_value("determined.as")
    page.get_by_role("button", name="Import the collection").click()
    expect(page.get_by_text("30 photographs added.")).to_be_visible()
    with open_catalogue(open_home(server.home)) as catalogue:
        assert catalogue.count_by("species") == {"Bellis perennis": 30}
        assert catalogue.count_by("family") == {"Asteraceae": 30}


def test_a_host_that_does_not_answer_is_reported_without_the_password(
    page: Page, server: Server
) -> None:
    look(page, server, "mongodb://ada:hunter2@127.0.0.1:1")
    expect(page.get_by_text("No MongoDB answers at 127.0.0.1:1")).to_be_visible()
    assert "hunter2" not in page.inner_text("body")
    written = [server.log, *(path for path in server.home.rglob("*") if path.is_file())]
    assert not any(b"hunter2" in path.read_bytes() for path in written)
