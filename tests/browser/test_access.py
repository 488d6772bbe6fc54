"""Access to the studio with its token, and attempts from another local web page."""

import functools
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.conftest import TOKEN, Server, StartServer

ANOTHER_PAGE = """
<img id="image" src="{studio}/app/static/logo.svg">
<iframe src="{studio}/runs"></iframe>
<a href="{studio}/runs">To the studio</a>
<script>
const got = (window.got = {{}})
const note = (name, value) => () => {{ got[name] = value }}
const socket = new WebSocket("{studio}/_stcore/stream".replace("http", "ws"), "streamlit")
socket.onopen = note("socket", "open")
socket.onerror = note("socket", "refused")
const image = document.querySelector("#image")
image.onload = note("image", "loaded")
image.onerror = note("image", "refused")
const send = (name, options) =>
  fetch("{studio}/_stcore/metrics", {{ credentials: "include", ...options }})
    .then(note(name, "answered"), note(name, "refused"))
send("read", {{}})
send("blind read", {{ mode: "no-cors" }})
send("blind write", {{ mode: "no-cors", method: "POST", body: "x" }})
</script>
"""


@pytest.fixture(scope="module")
def studio(serve: StartServer) -> Server:
    return serve()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that has never opened the studio."""
    with browser.new_context() as fresh:
        fresh.set_default_timeout(60_000)
        yield fresh


@pytest.fixture
def another_page(tmp_path: Path, studio: Server) -> Iterator[str]:
    """The address of a page on another port of this machine."""
    (tmp_path / "index.html").write_text(ANOTHER_PAGE.format(studio=studio.address))
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("way", ["address bar", "file"])
def test_the_token_is_removed_from_the_address_at_once(
    context: BrowserContext, studio: Server, tmp_path: Path, way: str
) -> None:
    entrance = f"{studio.address}/runs?token={TOKEN}&runs.x=step"
    file = tmp_path / "open-studio.html"
    file.write_text(f'<meta http-equiv="refresh" content="0; url={entrance}">')
    page = context.new_page()
    page.goto(entrance if way == "address bar" else file.as_uri())
    expect(page.get_by_role("heading", name="Runs").first).to_be_visible(timeout=60_000)
    assert page.url == f"{studio.address}/runs?runs.x=step"
    assert page.evaluate("document.referrer") in ("", f"{studio.address}/")
    held = page.evaluate("document.cookie + document.documentElement.outerHTML")
    assert TOKEN not in held
    assert "studio-" not in page.evaluate("document.cookie")


def test_another_local_page_gets_nothing_even_from_an_admitted_browser(
    context: BrowserContext, studio: Server, another_page: str
) -> None:
    page = context.new_page()
    page.goto(f"{studio.address}/?token={TOKEN}")
    expect(page.get_by_role("heading", name="Overview").first).to_be_visible(timeout=60_000)
    page.goto(another_page)
    page.wait_for_function("Object.keys(window.got).length === 5")
    names = ("socket", "image", "read", "blind read", "blind write")
    assert page.evaluate("window.got") == dict.fromkeys(names, "refused")
    assert page.frames[1].url.startswith("chrome-error:")
    # A link is not an attack: it opens the studio in the window.
    page.get_by_text("To the studio").click()
    expect(page.get_by_role("heading", name="Runs").first).to_be_visible(timeout=60_000)
