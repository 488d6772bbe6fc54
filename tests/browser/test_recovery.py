"""A page that an error of Streamlit's script left empty."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, StartServer

# What React leaves of a page when Streamlit's script fails.
EMPTY = """() => {
  document.getElementById("root").replaceChildren()
  window.dispatchEvent(new ErrorEvent("error", { message: "Error: Bad delta path index 4" }))
}"""


@pytest.fixture(scope="module")
def server(serve: StartServer) -> Server:
    return serve()


def test_an_empty_page_is_loaded_again_at_its_address_once(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/runs")
    heading = page.get_by_role("heading", name="Runs", exact=True)
    expect(heading).to_be_visible()
    page.evaluate("window.dispatchEvent(new ErrorEvent('error', { message: 'harmless' }))")
    page.evaluate("window.same = true")
    page.wait_for_timeout(1_500)
    assert page.evaluate("window.same"), "a page that is not empty stays as it is"

    page.evaluate(EMPTY)
    page.wait_for_function("window.same === undefined")
    expect(heading).to_be_visible()
    assert page.url.endswith("/runs")
    page.evaluate(EMPTY)
    page.wait_for_timeout(2_000)
    expect(heading).to_have_count(0)
