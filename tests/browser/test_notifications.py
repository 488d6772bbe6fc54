"""Alerts as browser notifications, as far as a page can observe them."""

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from engine.files import write_atomic
from engine.home import Home, open_home
from engine.runs.alerts import Alert, Kind, append_alerts
from engine.training.state.run_folder import RunFolder
from tests.browser.conftest import ROOT, Server, StartServer
from tests.studio.runs import drawn_run

# Records every notification of the page after the browser has shown it.
LISTEN = """
window.shown = []
window.Notification = class extends window.Notification {
  constructor(title, options) {
    super(title, options)
    this.onshow = () => window.shown.push([title, options.body])
  }
}
"""


@pytest.fixture
def server(serve: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The studio beside a process that is the run "live", with an alert of yesterday."""
    home = open_home(tmp_path_factory.mktemp("home"))
    home.queue.mkdir(parents=True)
    tell(home, "overfitting", "It learned by heart.")
    command = [sys.executable, drawn_run.__file__, str(home.root), "live", "0.25"]
    process = subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
    yield serve(home=home.root)
    process.kill()
    process.wait()


def tell(home: Home, kind: Kind, sentence: str) -> None:
    append_alerts(home, [Alert("live", 1, kind, sentence, time.time())])


def open_run(page: Page, server: Server) -> None:
    page.add_init_script(LISTEN)
    page.goto(f"{server.address}/runs?run=live")
    expect(page.locator(".js-plotly-plot .scatterlayer .trace").first).to_be_visible()


def offer(page: Page) -> Locator:
    return page.get_by_role("button", name="Notify me in this browser")


def expect_shown(page: Page, *notifications: list[str]) -> None:
    page.wait_for_function(
        "expected => JSON.stringify(window.shown) === JSON.stringify(expected)",
        arg=list(notifications),
    )


def test_new_alerts_are_shown_once_also_after_the_run_has_ended(page: Page, server: Server) -> None:
    page.context.grant_permissions(["notifications"], origin=server.address)
    open_run(page, server)
    expect(offer(page)).to_have_count(0)
    home = open_home(server.home)
    tell(home, "plateau", "It gets no better.")
    expect_shown(page, ["live: no improvement", "It gets no better."])
    write_atomic(RunFolder(home.runs / "live").stop, "{}")
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=40_000)
    # The supervisor reports it after the process has exited, possibly seconds later.
    page.wait_for_timeout(2_000)
    tell(home, "finished", "It finished.")
    expect_shown(
        page, ["live: no improvement", "It gets no better."], ["live: finished", "It finished."]
    )


def test_permission_is_requested_only_after_a_click(page: Page, server: Server) -> None:
    browser = page.context.browser
    assert browser is not None
    protocol = browser.new_browser_cdp_session()
    targets = page.context.new_cdp_session(page)
    context = targets.send("Target.getTargetInfo")["targetInfo"]["browserContextId"]

    def set_leave(setting: str) -> None:
        where = {"origin": server.address, "browserContextId": context}
        leave = {"permission": {"name": "notifications"}, "setting": setting}
        protocol.send("Browser.setPermission", {**where, **leave})

    set_leave("prompt")
    open_run(page, server)
    home = open_home(server.home)
    tell(home, "plateau", "It gets no better.")
    expect(page.get_by_test_id("stToast").first).to_be_visible()
    assert page.evaluate("window.shown") == []
    set_leave("granted")
    offer(page).click()
    expect(offer(page)).to_have_count(0)
    tell(home, "disk_low", "Make room.")
    expect_shown(page, ["live: disk almost full", "Make room."])
