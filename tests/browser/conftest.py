"""A running studio and browser pages on it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from studio.access.token import cookie

ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

STUDIO = ROOT / "studio" / "app.py"
TOKEN = "the-start-token-of-the-browser-tests"

# In milliseconds: the machine is shared, and the first page of a server loads its libraries.
_PATIENCE = 60_000
expect.set_options(timeout=_PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


class Server:
    """The studio, or one page without its checks, served on a free port of 127.0.0.1."""

    def __init__(self, script: Path, home: Path, log: Path, environment: Mapping[str, str]) -> None:
        self.script, self.home, self.log = script, home, log
        self.environment = environment
        self.port = _free_port()
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        arguments = ["studio.server", "--port", str(self.port)]
        if self.script != STUDIO:
            arguments = ["streamlit", "run", str(self.script), "--server.port", str(self.port)]
        own = {"STUDIO_HOME": str(self.home), "STUDIO_TOKEN": TOKEN}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env={**os.environ, **own, **self.environment, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait_until_it_answers()

    def kill(self) -> None:
        """End it by SIGKILL, as in a power cut."""
        self.process.kill()
        self.process.wait()

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        self.kill()
        pytest.fail(f"The server did not start:\n{self.log.read_text(errors='replace')}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


StartServer = Callable[..., Server]
ServePage = Callable[[str], Server]


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartServer]:
    """serve(script, home) starts a server that ends with the test file; by default the studio.

    Further arguments are environment variables.
    """
    started: list[Server] = []

    def start(script: Path = STUDIO, home: Path | None = None, **environment: str) -> Server:
        folder = tmp_path_factory.mktemp("server")
        home = home or folder / "home"
        started.append(Server(script, home, folder / "log.txt", environment))
        return started[-1]

    yield start
    for server in started:
        server.kill()


@pytest.fixture(scope="module")
def serve_page(tmp_path_factory: pytest.TempPathFactory, serve: StartServer) -> ServePage:
    """serve_page(source) serves one page, with the studio's static files."""

    def start(source: str) -> Server:
        folder = tmp_path_factory.mktemp("page")
        (folder / "static").symlink_to(ROOT / "studio" / "static")
        script = folder / "app.py"
        script.write_text(source, "utf-8")
        return serve(script)

    return start


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"needs Chromium at {CHROMIUM}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


Contexts = Callable[[str], BrowserContext]


@pytest.fixture(scope="module")
def contexts(browser: Browser) -> Iterator[Contexts]:
    """The context of a locale.

    The tests of a file share it, since a new one compiles the studio's scripts again: 2 of the 3
    seconds of processor time that a page takes.
    """

    @cache
    def context(locale: str) -> BrowserContext:
        made = browser.new_context(
            viewport={"width": 1400, "height": 1000},
            color_scheme="light",
            reduced_motion="reduce",
            locale=locale,
        )
        made.set_default_timeout(_PATIENCE)
        opened.append(made)
        return made

    opened: list[BrowserContext] = []
    yield context
    for made in opened:
        made.close()


@contextmanager
def _new_page(context: BrowserContext) -> Iterator[Page]:
    """A page that leaves nothing behind in its context but the cache."""
    opened = context.new_page()
    yield opened
    if opened.url.startswith("http"):
        kept = {"origin": opened.url, "storageTypes": "local_storage,indexeddb,cache_storage"}
        context.new_cdp_session(opened).send("Storage.clearDataForOrigin", kept)
    for page in context.pages:
        page.close()
    context.clear_cookies()
    context.clear_permissions()


def admit(context: BrowserContext, address: str) -> None:
    """Give a browser the cookie that the start token sets at this address."""
    name, value = cookie(TOKEN, urlsplit(address).port)
    context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])


@pytest.fixture
def locale() -> str:
    """The language that the browser requests."""
    return "en-US"


@pytest.fixture
def page(contexts: Contexts, monkeypatch: pytest.MonkeyPatch, locale: str) -> Iterator[Page]:
    """A page with access to the studio.

    It fails its test if it requests anything outside 127.0.0.1, violates the studio's content
    security policy, or leaves an exception of a script uncaught.
    """
    outside: list[str] = []
    forbidden: list[str] = []
    uncaught: list[str] = []

    def note(address: str) -> None:
        local = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:")
        if not address.startswith(local):
            outside.append(address)

    def forbid(text: str) -> None:
        if "Content Security Policy" in text:
            forbidden.append(text)

    def catch(text: str) -> None:
        # Streamlit's own, after which the page is loaded again (studio/recovery).
        if "Bad delta path" not in text:
            uncaught.append(text)

    context = contexts(locale)
    with _new_page(context) as opened:
        go = opened.goto

        def enter(url: str, **options: Any) -> Response | None:
            admit(context, url)
            return go(url, **options)

        def note_request(request: Request) -> None:
            note(request.url)

        monkeypatch.setattr(opened, "goto", enter)
        opened.on("console", lambda message: forbid(message.text))
        opened.on("pageerror", lambda error: catch(error.stack or str(error)))
        context.on("request", note_request)
        opened.on("websocket", lambda socket: note(socket.url))
        yield opened
        context.remove_listener("request", note_request)
    assert not outside, f"asked the outside for {outside}"
    assert not forbidden
    assert not uncaught, "\n".join(uncaught)
