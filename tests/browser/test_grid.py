import base64

import cv2
import numpy as np
from playwright.sync_api import Page, expect

from tests.browser.conftest import ServePage

GRID = """
import base64
import streamlit as st
from studio.views.grid import Tile, pager, photo_grid

st.set_page_config(page_icon="static/icon.svg")
image = base64.b64decode("{image}")
places = pager(70, "pages")
chosen = photo_grid(
    [Tile(f"id {{n}}", image, f"Species {{n}}", f"photograph {{n}}") for n in places], "grid"
)
st.text(f"chosen: {{chosen}}")
"""


def page_of_photographs() -> str:
    pixels = np.full((120, 160, 3), 90, np.uint8)
    image = cv2.imencode(".jpg", pixels)[1].tobytes()
    return GRID.format(image=base64.b64encode(image).decode())


def test_a_photograph_is_chosen_by_mouse_and_by_keyboard(page: Page, serve_page: ServePage) -> None:
    page.goto(serve_page(page_of_photographs()).address)
    tiles = page.get_by_role("list", name="Photographs").get_by_role("button")
    expect(tiles).to_have_count(60)
    expect(page.get_by_role("img", name="photograph 7", exact=True)).to_be_visible()
    expect(page.get_by_text("chosen: None")).to_be_visible()

    tiles.nth(3).click()
    expect(page.get_by_text("chosen: id 3")).to_be_visible()
    expect(tiles.nth(3)).to_have_attribute("aria-pressed", "true")

    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(tiles.nth(5)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("chosen: id 5")).to_be_visible()
    expect(tiles.nth(5)).to_be_focused()

    page.keyboard.press("Home")
    page.keyboard.press("ArrowUp")
    expect(tiles.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(tiles.nth(0)).not_to_be_focused()
    page.keyboard.press("End")
    expect(tiles.nth(59)).to_be_focused()

    page.get_by_label("Page 2", exact=True).click()
    expect(tiles).to_have_count(10)
    expect(page.get_by_text("61–70 of 70 photographs")).to_be_visible()
    expect(page.get_by_text("chosen: id 5")).to_be_visible()


def test_a_tile_without_an_image_shows_a_leaf(page: Page, serve_page: ServePage) -> None:
    page.goto(serve_page(page_of_photographs().replace(", image,", ", None,")).address)
    picture = page.get_by_role("img", name="photograph 7", exact=True)
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0
