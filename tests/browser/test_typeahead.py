import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ServePage, Server

CHOOSING = """
import streamlit as st
from studio.views.typeahead import typeahead

st.set_page_config(page_icon="static/icon.svg")
names = ["Dahlia pinnata", "Épilobium hirsutum", "Salix alba", "Alnus alba", "Crépis alnifolia"]
images = {name: 1_500 - n for n, name in enumerate(names)}
images |= {f"Rosa number {n}": 1 for n in range(60)}
if st.toggle("Others"):
    images = {name: many + 7 for name, many in images.items()}

def keep(name):
    st.session_state["name"] = name

typeahead("Species", "species", images, st.session_state.get("name"), keep)
st.text(f"chosen: {st.session_state.get('name')}")
"""


@pytest.fixture(scope="module")
def server(serve_page: ServePage) -> Server:
    return serve_page(CHOOSING)


@pytest.fixture
def box(page: Page, server: Server) -> Locator:
    page.goto(server.address)
    box = page.get_by_role("combobox", name="Species", exact=True)
    expect(box).to_have_attribute("aria-expanded", "false")
    return box


def test_typing_finds_names_regardless_of_case_and_accents(page: Page, box: Locator) -> None:
    options = page.get_by_role("option")
    box.click()
    expect(options).to_have_count(50)
    expect(page.get_by_text("15 more: keep typing")).to_be_visible()
    box.fill("EPILÓ")
    expect(options).to_have_text(["Épilobium hirsutum (1,499)"])
    # Names that start with it, then names with a word that does, then any other match.
    box.fill("al")
    expect(options).to_have_text(
        [
            "Alnus alba (1,497)",
            "Salix alba (1,498)",
            "Crépis alnifolia (1,496)",
        ]
    )
    box.fill("nothing of the kind")
    expect(options).to_have_count(0)
    expect(page.get_by_text("No results")).to_be_visible()
    box.press("Escape")
    expect(box).to_have_value("")
    expect(box).to_have_attribute("aria-expanded", "false")


def test_the_keyboard_chooses_and_a_button_clears(page: Page, box: Locator) -> None:
    box.focus()
    box.press("ArrowDown")
    box.press("End")
    box.press("Home")
    box.press("ArrowDown")
    expect(page.get_by_role("option").nth(1)).to_have_id(
        str(box.get_attribute("aria-activedescendant"))
    )
    box.press("Enter")
    expect(page.get_by_text("chosen: Épilobium hirsutum")).to_be_visible()
    expect(box).to_have_value("Épilobium hirsutum (1,499)")

    page.keyboard.type("dahl")
    expect(box).to_have_value("dahl")
    page.keyboard.press("Enter")
    expect(page.get_by_text("chosen: Dahlia pinnata")).to_be_visible()

    page.get_by_role("button", name="Clear the choice").click()
    expect(page.get_by_text("chosen: None")).to_be_visible()
    expect(box).to_have_value("")


def test_the_choice_stays_in_the_same_box_when_counts_change(page: Page, box: Locator) -> None:
    box.evaluate("box => { box.mark = 'the same' }")
    box.click()
    page.get_by_role("option", name="Salix alba").click()
    expect(page.get_by_text("chosen: Salix alba")).to_be_visible()
    page.get_by_text("Others").click()
    expect(box).to_have_value("Salix alba (1,505)")
    assert box.evaluate("box => box.mark") == "the same"

    box.fill("ros")
    box.press("Tab")
    expect(box).to_have_value("Salix alba (1,505)")
    expect(page.get_by_role("option")).to_have_count(0)
