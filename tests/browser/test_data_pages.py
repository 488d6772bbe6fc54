"""The data pages in a browser: by mouse, by keyboard, by address."""

from urllib.parse import parse_qs, urlparse

import cv2
import pytest
from playwright.sync_api import Locator, Page, expect

from engine.catalogue.folder_import import import_folder
from engine.catalogue.opening import open_catalogue
from engine.home import open_home
from engine.images.store import ImageStore
from engine.settings.split import SplitSettings
from engine.split.make import make_split
from tests.browser.conftest import Server, StartServer
from tests.conftest import flower
from tests.studio.runs.drawn_run import ended_run

SPECIES = {"Acer campestre": 3, "Bellis perennis": 70}
PAGES = {
    "Overview": "ended",
    "Catalogue": "73 photographs",
    "Import": "Draw the demo garden",
    "Download": "is on this computer, or its download failed",
    "Crop lab": "Does the crop help?",
    "Split": "Train on it",
    "Train": "Launch",
    "Runs": "ended",
    "Try it": "ended",
}
"""Each page, with a text at or near its end."""


@pytest.fixture(scope="module")
def server(serve: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """The studio on a home with 73 photographs, a split of them and a finished run."""
    folder = tmp_path_factory.mktemp("photographs")
    for group, (species, images) in enumerate(SPECIES.items()):
        (folder / species).mkdir()
        for number in range(images):
            picture = cv2.cvtColor(flower(320, 240, 100 * group + number), cv2.COLOR_RGB2BGR)
            cv2.imwrite(str(folder / species / f"{number:03}.jpg"), picture)
    home = open_home(tmp_path_factory.mktemp("home"))
    with open_catalogue(home) as catalogue:
        import_folder(catalogue, folder, ImageStore(home).keep, "garden")
        make_split(home, catalogue, SplitSettings())
    ended_run(home, "ended")
    return serve(home=home.root)


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlparse(page.url).query)


def tiles(page: Page) -> Locator:
    return page.get_by_role("list", name="Photographs", exact=True).get_by_role("button")


def test_every_page_opens_without_external_requests(page: Page, server: Server) -> None:
    page.goto(server.address)
    for name in ("Catalogue", "Import", "Download", "Crop lab", "Overview"):
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        expect(page.get_by_test_id("stAlert")).to_have_count(0)


def test_every_page_is_complete_after_leaving_and_returning(page: Page, server: Server) -> None:
    page.goto(server.address)
    links = page.get_by_test_id("stSidebarNav")
    for name, words in [*PAGES.items(), *PAGES.items()]:
        links.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        expect(page.get_by_test_id("stMain").get_by_text(words).first).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_photograph_opens_beside_the_grid_and_escape_closes_it(
    page: Page, server: Server
) -> None:
    page.goto(f"{server.address}/catalogue")
    expect(tiles(page)).to_have_count(60)
    tiles(page).nth(4).click()
    record = page.get_by_role("dialog")
    expect(record.get_by_role("img", name="Bellis perennis")).to_be_visible()
    expect(record.get_by_text("320 × 240 pixels")).to_be_visible()
    expect(tiles(page).nth(4)).to_have_attribute("aria-pressed", "true")
    chosen = asked(page)["photo"]

    page.reload()
    expect(record.get_by_role("img", name="Bellis perennis")).to_be_visible()
    assert asked(page)["photo"] == chosen
    page.keyboard.press("Escape")
    expect(record).to_have_count(0)
    page.wait_for_function("!location.search.includes('photo')")
    tiles(page).nth(4).click()
    expect(record).to_be_visible()
    record.get_by_role("button", name="Open in the crop lab").click()
    expect(page.get_by_role("heading", name="Crop lab")).to_be_visible()
    assert asked(page)["photo"] == chosen


def test_a_photograph_is_relabelled_and_corrected_beside_the_grid(
    page: Page, server: Server
) -> None:
    page.goto(f"{server.address}/catalogue?species=Acer+campestre")
    tiles(page).first.click()
    record = page.get_by_role("dialog")
    record.get_by_role("button", name="Relabel").click()
    species = page.get_by_test_id("stPopoverBody").get_by_label("Species")
    species.fill("bellis")
    page.get_by_role("option", name="Bellis perennis").click()
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Relabel").click()
    expect(record.get_by_text("1 photograph relabelled as Bellis perennis")).to_be_visible()
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    expect(page.get_by_text("2 photographs", exact=True)).to_be_attached()
    record.get_by_role("button", name="Undo").click()
    expect(record.get_by_text("1 photograph relabelled")).to_have_count(0)
    expect(page.get_by_text("3 photographs", exact=True)).to_be_attached()


def test_labels_are_reviewed_from_record_to_record(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/catalogue?species=Acer+campestre")
    tiles(page).first.click()
    record = page.get_by_role("dialog")
    expect(record.get_by_text("1 of 3", exact=True)).to_be_visible()
    expect(record.get_by_role("button", name="Previous")).to_be_disabled()
    record.get_by_role("button", name="Next").click()
    expect(record.get_by_text("2 of 3", exact=True)).to_be_visible()
    expect(tiles(page).nth(1)).to_have_attribute("aria-pressed", "true")
    # An excluded photograph leaves the page behind; navigation continues from there.
    record.get_by_role("button", name="Exclude").click()
    expect(record.get_by_text("Excluded: exports")).to_be_visible()
    expect(tiles(page)).to_have_count(2)
    page.keyboard.press("ArrowRight")
    expect(record.get_by_text("3 of 3", exact=True)).to_be_visible()
    expect(record.get_by_text("Excluded: exports")).to_have_count(0)
    page.keyboard.press("ArrowLeft")
    record.get_by_role("button", name="Include again").click()
    expect(tiles(page)).to_have_count(3)


def test_a_species_is_linked_by_its_address(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/catalogue?species=Acer+campestre")
    expect(tiles(page)).to_have_count(3)
    page.get_by_label("Search", exact=True).fill("bellis")
    expect(page.get_by_text("No results")).to_be_visible()
    page.get_by_role("button", name="Clear the filters").click()
    expect(tiles(page)).to_have_count(60)
    expect(page.get_by_label("Search", exact=True)).to_have_value("")


def test_the_next_page_of_the_grid_shows_the_rest_and_has_an_address(
    page: Page, server: Server
) -> None:
    page.goto(f"{server.address}/catalogue")
    page.get_by_label("Page 2", exact=True).click()
    expect(page.get_by_text("61–73 of 73 photographs")).to_be_visible()
    expect(tiles(page)).to_have_count(13)
    page.wait_for_function("location.search.includes('page=2')")
    page.reload()
    expect(tiles(page)).to_have_count(13)
    page.get_by_label("Page 1", exact=True).click()
    expect(tiles(page)).to_have_count(60)


def test_a_press_of_back_undoes_one_step_and_the_next_leaves_the_page(
    page: Page, server: Server
) -> None:
    page.goto(server.address)
    links = page.get_by_test_id("stSidebarNav")
    links.get_by_role("link", name="Catalogue", exact=True).click()
    expect(tiles(page)).to_have_count(60)
    assert asked(page) == {}
    page.get_by_role("tab", name="Counts").click()
    page.wait_for_url("**/catalogue?catalogue_tab=counts")
    page.go_back()
    expect(page.get_by_role("tab", name="Photographs")).to_have_attribute("aria-selected", "true")
    expect(tiles(page)).to_have_count(60)
    page.go_forward()
    expect(page.get_by_role("tab", name="Counts")).to_have_attribute("aria-selected", "true")
    page.go_back()
    expect(tiles(page)).to_have_count(60)
    page.go_back()
    expect(page.get_by_role("heading", name="Overview", exact=True)).to_be_visible()
    links.get_by_role("link", name="Runs", exact=True).click()
    expect(page.get_by_role("heading", name="ended")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Overview", exact=True)).to_be_visible()


def test_several_settings_changed_by_one_press_are_taken_back_by_one(
    page: Page, server: Server
) -> None:
    page.goto(f"{server.address}/catalogue?text=zzz&species=Acer+campestre&size=144")
    page.get_by_role("button", name="Clear the filters").click()
    page.wait_for_url("**/catalogue?size=144")
    page.go_back()
    expect(page.get_by_text("No results")).to_be_visible()
    assert asked(page) == {"text": ["zzz"], "species": ["Acer campestre"], "size": ["144"]}


def test_photographs_are_selected_excluded_relabelled_and_all_is_undone(
    page: Page, server: Server
) -> None:
    page.goto(f"{server.address}/catalogue?species=Bellis+perennis")
    expect(tiles(page)).to_have_count(60)
    page.get_by_text("Select", exact=True).click()
    exclude = page.get_by_role("button", name="Exclude")
    expect(exclude).to_be_disabled()
    tiles(page).nth(59).scroll_into_view_if_needed()
    expect(exclude).to_be_in_viewport()
    tiles(page).nth(1).click()
    tiles(page).nth(4).click(modifiers=["Shift"])
    tiles(page).nth(2).click()
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.get_by_label("Page 2", exact=True).click()
    expect(tiles(page)).to_have_count(10)
    tiles(page).nth(0).click()
    expect(page.get_by_text("4 selected")).to_be_visible()

    exclude.click()
    dialog = page.get_by_role("dialog", name="Exclude 4 photographs")
    dialog.get_by_label("Reason").fill("blurry")
    dialog.get_by_role("button", name="Exclude").click()
    expect(page.get_by_text("4 photographs excluded · blurry")).to_be_visible()
    expect(page.get_by_text("of 66 photographs")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("of 70 photographs")).to_be_visible()

    page.get_by_role("radio", name="All 70 found").click()
    page.get_by_role("button", name="Relabel").click()
    dialog = page.get_by_role("dialog", name="Relabel 70 photographs")
    dialog.get_by_label("Species").fill("acer camp")
    page.get_by_role("option", name="Acer campestre").click()
    dialog.get_by_role("button", name="Relabel").click()
    expect(page.get_by_text("No results")).to_be_visible()
    page.get_by_role("tab", name="History").click()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("· Undone").first).to_be_visible()
    page.get_by_role("tab", name="Photographs").click()
    expect(page.get_by_text("of 70 photographs")).to_be_visible()
