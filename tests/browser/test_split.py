"""The split page: from a bar of a chart to its photographs."""

from urllib.parse import parse_qs, urlparse

import cv2
import pytest
from playwright.sync_api import Locator, Page, expect

from engine.catalogue.folder_import import import_folder
from engine.catalogue.opening import open_catalogue
from engine.home import open_home
from engine.images.store import ImageStore
from tests.browser.conftest import Server, StartServer
from tests.conftest import flower

SPECIES = {"Acer campestre": 1, "Bellis perennis": 3, "Cornus mas": 70}


@pytest.fixture(scope="module")
def server(serve: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """The studio on a home with 74 photographs."""
    folder = tmp_path_factory.mktemp("photographs")
    for number, (species, images) in enumerate(SPECIES.items()):
        (folder / species).mkdir()
        for image in range(images):
            picture = cv2.cvtColor(flower(64, 48, 100 * number + image), cv2.COLOR_RGB2BGR)
            cv2.imwrite(str(folder / species / f"{image:03}.jpg"), picture)
    home = open_home(tmp_path_factory.mktemp("home"))
    with open_catalogue(home) as catalogue:
        import_folder(catalogue, folder, ImageStore(home).keep, "garden")
    return serve(home=home.root)


def click_bar(page: Page, chart: str, x: str | float, y: str | float) -> None:
    """Click the chart at the axis values x and y."""
    plot = page.get_by_role("img", name=chart)
    plot.scroll_into_view_if_needed()
    expect(plot.locator(".nsewdrag")).to_be_visible()
    across, down = plot.evaluate(
        """(plot, [x, y]) => {
            const { xaxis, yaxis } = plot._fullLayout
            return [xaxis._offset + xaxis.d2p(x), yaxis._offset + yaxis.d2p(y)]
        }""",
        [x, y],
    )
    plot.click(position={"x": across, "y": down})


def photographs(page: Page) -> Locator:
    return page.get_by_role("dialog").get_by_role("list", name="Photographs").get_by_role("button")


def test_a_bar_opens_its_photographs_and_a_photograph_opens_its_record(
    page: Page, server: Server
) -> None:
    page.goto(f"{server.address}/split")
    click_bar(page, "Species by number of photographs", "3–4", 0.8)
    # The hover label of the bar shows it too.
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Species with 3–4 photographs")).to_be_visible()
    expect(photographs(page)).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    click_bar(page, "Parts of the split", 2, "validation")
    expect(photographs(page)).to_have_count(8)
    photographs(page).first.click()
    expect(page.get_by_role("heading", name="Catalogue", exact=True)).to_be_visible()
    expect(page.get_by_role("dialog").get_by_text("64 × 48 pixels")).to_be_visible()
    assert "photo" in parse_qs(urlparse(page.url).query)


def test_the_photographs_of_a_large_bar_are_paged(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/split")
    click_bar(page, "Species and photographs by", 0.5, "Photographs")
    expect(photographs(page)).to_have_count(60)
    page.get_by_role("dialog").get_by_label("Page 2", exact=True).click()
    expect(photographs(page)).to_have_count(10)
    page.keyboard.press("Escape")
    click_bar(page, "Parts by photographs per species", 0.95, "20–100")
    expect(
        page.get_by_text("Photographs in test of species with 20–100 photographs")
    ).to_be_visible()
    expect(photographs(page)).to_have_count(7)
