"""No page shows more than 150 words before the user acts on it, in English or Spanish.

`words.js` says what of a page counts. A word is what stands between spaces and has a letter, so
"3" is none and "Top-1" is one.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, StartServer, admit
from tests.browser.filled import PAGES, filled_home

pytestmark = pytest.mark.slow

MOST = 150
TEXTS = (Path(__file__).parent / "words.js").read_text("utf-8")
HEIGHT = "() => document.querySelector('[data-testid=stMain]').scrollHeight"
WIDTH = 1400


@pytest.fixture(scope="module")
def server(serve: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """The studio on a home that has something of everything."""
    return serve(home=filled_home(tmp_path_factory.mktemp("filled")).root)


@pytest.fixture(scope="module", params=("en-GB", "es-ES"))
def page(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[Page]:
    """A page of a browser that wants this language."""
    with browser.new_context(locale=request.param, reduced_motion="reduce") as context:
        admit(context, server.address)
        yield context.new_page()


def texts(page: Page) -> list[str]:
    """What the page shows, once it is drawn and all of it is on the screen."""
    found: list[str] = page.evaluate(TEXTS)
    return found


def settle(page: Page) -> None:
    drawn = page.locator("[data-testid=stApp][data-test-script-state=notRunning]")
    expect(drawn).to_have_count(1, timeout=60_000)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=60_000)
    expect(page.get_by_test_id("stSpinner")).to_have_count(0, timeout=60_000)
    # Fragments and charts come a moment later.
    page.wait_for_timeout(1_500)


def count_words(texts: list[str]) -> int:
    return sum(any(map(str.isalpha, word)) for text in texts for word in text.split())


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_at_most_150_words(page: Page, server: Server, name: str) -> None:
    page.set_viewport_size({"width": WIDTH, "height": 1000})
    page.goto(f"{server.address}/{name}")
    expect(page.get_by_test_id("stMain").locator("h1")).to_be_visible(timeout=60_000)
    settle(page)
    # Charts are drawn when they come into view.
    page.set_viewport_size({"width": WIDTH, "height": max(1000, page.evaluate(HEIGHT))})
    settle(page)
    found = texts(page)
    count = count_words(found)
    print(f"{page.evaluate('navigator.language')} {name or 'overview'}: {count} words")
    # An empty or broken page has few.
    assert count >= 25
    assert count <= MOST, f"{count} words:\n" + "\n".join(found)


def test_only_what_is_shown_is_counted(page: Page) -> None:
    page.goto("about:blank")
    page.set_content(
        '<main data-testid="stMain"><h1>Two words</h1><label aria-hidden="true">Label</label>'
        '<input type="text" placeholder="Part of it"><button>Save 3</button>'
        "<details><summary>More</summary><p>not shown</p></details><p hidden>nor this</p>"
        '<div style="width:1px;height:1px;overflow:hidden">for screen readers</div>'
        "<table><tr><td>cell</td></tr></table><pre>log</pre><i translate=no>icon_name</i>"
        "<ul><li><button><img><span>Bellis perennis</span></button></li></ul>"
        "<figure><img><figcaption><span>Epoch 3</span><span>Square</span></figcaption></figure>"
        '<svg><g class="xtick"><text y="20">tick</text></g><text y="20">Axis title</text></svg>'
        "</main>"
    )
    shown = ["Two words", "Label", "Part of it", "Save 3", "More", "Square", "Axis title"]
    assert texts(page) == shown
    assert count_words(shown) == 12 - 1
