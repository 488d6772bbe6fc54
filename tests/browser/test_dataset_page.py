"""Import of a data set in a published format by the page."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, StartServer
from tests.catalogue.readers.test_coco import ANGELICA
from tests.conftest import MakeImage


@pytest.fixture
def server(serve: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Server:
    return serve(home=tmp_path_factory.mktemp("home"))


def test_a_data_set_is_recognised_and_imported(
    page: Page, server: Server, tmp_path: Path, make_image: MakeImage
) -> None:
    make_image(tmp_path / "inat" / "val" / ANGELICA / "a.jpg")
    page.goto(f"{server.address}/import?from=dataset")
    path = page.get_by_role("textbox", name="File or folder")
    path.fill(str(tmp_path / "inat"))
    path.press("Tab")
    expect(page.get_by_role("combobox", name="Format")).to_have_value("COCO, iNaturalist 2021")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("1 photograph added.")).to_be_visible()
