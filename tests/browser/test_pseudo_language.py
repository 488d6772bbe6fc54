"""Every page in a language 40 % longer than English: nothing truncated, no English left."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.crop.presets import BUILT_IN
from engine.settings.configs import run_configs
from tests.browser.conftest import Server, StartServer, admit
from tests.browser.filled import PAGES, SPECIES, filled_home
from tests.language.pseudo import PSEUDO, write_pseudo

pytestmark = pytest.mark.slow

WIDTHS = (390, 800, 1400)

AUDIT = (Path(__file__).parent / "audit.js").read_text("utf-8")
# An English word: every message of the language has accents.
WORD = re.compile(r"(?<![\w.:/_-])[A-Za-z]{3,}(?![\w/_-])")
VOWEL = re.compile("[aeiouAEIOU]")
# Names, units, and Streamlit's own texts, which have no translations.
NAMES = {
    *" ".join(SPECIES).split(),
    *("Plant", "Studio", "English", "Esperanto", "ended", "garden", "default", *BUILT_IN),
    *("MongoDB", "iNaturalist", "CPU", *run_configs()),
    # Babel's times of day and durations.
    *("sekundoj", "minuto", "minutoj", "horo", "horoj"),
}
STREAMLIT = re.compile(
    r"Browse files|Drag and drop|per file|Press Enter|Choose (an )?option|^(Upload|Logo)$|^Skip to "
)


@pytest.fixture(scope="module")
def server(serve: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """The studio on a home with 55 photographs, a split and a run, in the language."""
    messages = tmp_path_factory.mktemp("messages")
    write_pseudo(messages)
    home = filled_home(tmp_path_factory.mktemp("filled"))
    return serve(home=home.root, STUDIO_MESSAGES=str(messages))


@pytest.fixture(scope="module", params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[Page]:
    """A page of this width in a browser that requests the language."""
    size = {"width": request.param, "height": 900}
    with browser.new_context(
        viewport=size,
        locale=PSEUDO,
        reduced_motion="reduce",  # type: ignore[arg-type]
    ) as context:
        admit(context, server.address)
        yield context.new_page()


def audit(page: Page, server: Server, name: str) -> dict[str, Any]:
    page.goto(f"{server.address}/{name}")
    expect(page.get_by_test_id("stMain").locator("h1")).to_be_visible(timeout=60_000)
    drawn = page.locator("[data-testid=stApp][data-test-script-state=notRunning]")
    expect(drawn).to_have_count(1, timeout=60_000)
    # Fragments and charts arrive a moment later.
    page.wait_for_timeout(1_500)
    found: dict[str, Any] = page.evaluate(AUDIT)
    return found


def english(texts: list[str]) -> list[str]:
    """The texts that contain a word without accents."""
    return [text for text in texts if not STREAMLIT.search(text) and english_words(text)]


def english_words(text: str) -> list[str]:
    words = (match[0] for match in WORD.finditer(text))
    return [word for word in words if word not in NAMES and VOWEL.search(word)]


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_truncated_and_no_english_is_left(page: Page, server: Server, name: str) -> None:
    found = audit(page, server, name)
    assert found["texts"]
    assert found["wide"] == []
    assert found["cut"] == []
    assert english(found["texts"]) == []


def test_a_truncated_or_english_text_is_detected(page: Page, server: Server) -> None:
    page.goto("about:blank")
    page.set_content(
        '<main data-testid="stMain"><p style="width:60px;overflow:hidden;white-space:nowrap">'
        "Not translated and cut off</p><p>Tŕáñšláátééd</p>"
        '<p style="width:3000px">Ššóó wíídéé</p></main>'
    )
    found = page.evaluate(AUDIT)
    assert found["cut"] == ["right: Not translated and cut off"]
    assert any(wide.startswith("stMain: 3000 in ") for wide in found["wide"])
    assert english(found["texts"]) == ["Not translated and cut off"]
