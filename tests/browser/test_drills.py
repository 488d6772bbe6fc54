"""Failures of the studio while a run is active: the browser shows the actual state."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.home import open_home
from engine.runs.run import find_run
from tests.browser.conftest import ROOT, Server, StartServer, admit
from tests.studio.runs import drawn_run

pytestmark = pytest.mark.slow
POINTS = "() => document.querySelector('.js-plotly-plot')?._fullData?.[0]?._length ?? 0"


@pytest.fixture
def going(
    serve: StartServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, "subprocess.Popen[bytes]"]]:
    """The studio beside a process that adds four points per second to the run "live"."""
    home = open_home(tmp_path_factory.mktemp("home"))
    command = [sys.executable, drawn_run.__file__, str(home.root), "live", "0.25"]
    process = subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
    yield serve(home=home.root), process
    process.kill()
    process.wait()


def steps(page: Page) -> int:
    return int(page.evaluate(POINTS))


def more_points(page: Page, than: int) -> None:
    page.wait_for_function(f"least => ({POINTS})() > least", arg=than, timeout=30_000)


def test_after_the_server_is_killed_and_restarted_the_run_has_continued(
    page: Page, going: tuple[Server, "subprocess.Popen[bytes]"]
) -> None:
    server, process = going
    page.goto(f"{server.address}/runs?run=live")
    more_points(page, 3)
    before = steps(page)
    server.kill()
    page.wait_for_timeout(2_000)
    assert process.poll() is None
    server.start()
    page.goto(f"{server.address}/runs?run=live")
    more_points(page, before + 6)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()


def test_after_the_tab_is_closed_and_reopened_everything_is_shown(
    page: Page, browser: Browser, going: tuple[Server, "subprocess.Popen[bytes]"]
) -> None:
    server, process = going
    page.goto(f"{server.address}/runs?run=live")
    more_points(page, 3)
    before = steps(page)
    page.goto("about:blank")
    page.wait_for_timeout(2_000)
    assert process.poll() is None
    page.goto(f"{server.address}/runs?run=live")
    more_points(page, before + 6)


def test_two_browsers_show_the_same_state_and_a_suspended_run_is_reported(
    page: Page, browser: Browser, going: tuple[Server, "subprocess.Popen[bytes]"]
) -> None:
    server, process = going
    with browser.new_context() as other:
        admit(other, server.address)
        second = other.new_page()
        for one in (page, second):
            one.goto(f"{server.address}/runs?run=live")
            more_points(one, 3)
        os.kill(process.pid, signal.SIGSTOP)
        for one in (page, second):
            expect(one.get_by_text("The run does not respond")).to_be_visible()
        os.kill(process.pid, signal.SIGCONT)
        for one in (page, second):
            expect(one.get_by_text("The run does not respond")).to_have_count(0)
        second.get_by_role("button", name="Stop").click()
        for one in (page, second):
            expect(one.get_by_role("button", name="Resume")).to_be_visible(timeout=40_000)
    assert find_run(open_home(server.home), "live").state == "stopped"


def test_a_run_folder_deleted_under_a_live_page_is_reported(
    page: Page, going: tuple[Server, "subprocess.Popen[bytes]"]
) -> None:
    server, process = going
    home = open_home(server.home)
    drawn_run.ended_run(home, "other")
    page.goto(f"{server.address}/runs?run=live")
    more_points(page, 3)
    process.kill()
    subprocess.run(["rm", "-rf", str(home.runs / "live")], check=True)
    expect(page.get_by_text("There is no run")).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="other")).to_be_visible()
