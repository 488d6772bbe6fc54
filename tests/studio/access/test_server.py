"""Start of the studio: its output, refusals, shutdown, and files on disk."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from studio.access import serving
from tests.conftest import PROJECT
from tests.studio.access.conftest import TOKEN, Studio, free_port, serve
from tests.studio.conftest import OpenPage


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """A studio with a token of its own, although the environment names a public address."""
    monkeypatch.delenv("STUDIO_TOKEN", raising=False)
    running = serve(tmp_path, free_port(), STREAMLIT_SERVER_ADDRESS="0.0.0.0")
    yield running
    running.process.kill()
    running.process.wait()


def refused(*arguments: str, **environment: str) -> str:
    """The output of a start that fails because of bad input."""
    ended = subprocess.run(
        [sys.executable, "-m", "studio.server", "--port", "1", *arguments],
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_the_printed_address_opens_the_studio_and_ctrl_c_closes_it(started: Studio) -> None:
    found = re.search(r"open at http://127\.0\.0\.1:\d+(/\?token=\S+)", started.log.read_text())
    assert found is not None
    entered = started.ask(found[1])
    assert (entered.status, entered.headers["location"]) == (303, "/")
    given = entered.headers["set-cookie"].partition(";")[0]
    assert started.ask("/", Cookie=given).status == 200
    started.process.send_signal(signal.SIGINT)
    assert started.process.wait(timeout=60) == 0
    said = started.log.read_text()
    assert said.endswith("Plant Studio is closed.\n")
    assert "Traceback" not in said


def test_it_listens_on_loopback_regardless_of_the_environment(started: Studio) -> None:
    listening = Path(f"/proc/{started.process.pid}/net/tcp").read_text()
    # 0A means that it listens; the address is in reverse byte order.
    assert re.findall(rf"(\w+):{started.port:04X} 00000000:0000 0A", listening) == ["0100007F"]


def test_its_files_are_readable_by_its_user_only(started: Studio) -> None:
    for path in [started.home, *started.home.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.1", "plants.example.org"])
def test_a_public_address_is_refused_without_sign_in(tmp_path: Path, address: str) -> None:
    said = refused("--listen", address, STUDIO_HOME=str(tmp_path))
    assert "sign-in must be set up. .streamlit/secrets.toml has no [auth] table." in said
    assert "ssh -L 8501:127.0.0.1:8501 HOST" in said


def test_an_invalid_token_ends_the_start(tmp_path: Path) -> None:
    said = refused(STUDIO_TOKEN="short", STUDIO_HOME=str(tmp_path))
    assert said.startswith("STUDIO_TOKEN needs at least 32 letters")


def test_the_studio_stays_closed_if_run_by_streamlit_directly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serving, "_guarded", False)
    app = AppTest.from_file(str(PROJECT / "studio" / "app.py"), default_timeout=60).run()
    assert [error.value for error in app.error] == [
        "Plant Studio was started without its access checks, so it stays closed. "
        "Start it with ./run_studio.sh."
    ]
    assert not app.title
    assert not app.button


def test_it_opens_with_its_checks(open_page: OpenPage) -> None:
    assert open_page("overview").title


def test_the_browser_is_admitted_without_showing_the_token_to_other_accounts(
    tmp_path: Path,
) -> None:
    """Every account can read the arguments of a command, so the browser gets a private file."""
    browser = tmp_path / "browser"
    asked = tmp_path / "asked"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" >{asked}.new && mv {asked}.new {asked}\n')
    browser.chmod(0o755)
    environment = {"DISPLAY": ":9", "BROWSER": str(browser), "STUDIO_TOKEN": TOKEN}
    running = serve(tmp_path, free_port(), "--open", **environment)
    try:
        deadline = time.monotonic() + 20
        while not asked.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        address = asked.read_text()
        page = Path(address.removeprefix("file://"))
        assert TOKEN not in address
        assert f"url=http://{running.host}/?token={TOKEN}" in page.read_text()
        assert page.stat().st_mode & 0o077 == 0
    finally:
        running.process.send_signal(signal.SIGINT)
        running.process.wait(timeout=60)
    assert not page.exists()
