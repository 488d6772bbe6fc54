"""The Runs page with an active run."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from engine.home import open_home
from engine.runs.run import find_run
from studio.palette import DARK, LIGHT
from tests.browser.conftest import ROOT, Server, StartServer
from tests.studio.runs import drawn_run

RANGES = "({ _fullLayout }) => [..._fullLayout.xaxis.range, ..._fullLayout.yaxis.range]"
POINTS = "plot => plot._fullData[0]._length"


@pytest.fixture(scope="module")
def server(serve: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The studio beside a process that adds four points per second to the run "live"."""
    home = open_home(tmp_path_factory.mktemp("home"))
    drawn_run.ended_run(home, "my__run")
    drawn_run.ended_run(home, "ended")
    command = [sys.executable, drawn_run.__file__, str(home.root), "live", "0.25"]
    process = subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
    yield serve(home=home.root)
    process.kill()
    process.wait()


def test_points_arrive_in_the_same_chart_and_the_zoom_is_kept(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/runs?run=live")
    chart = page.locator(".js-plotly-plot").first
    expect(chart.locator(".scatterlayer .trace")).not_to_have_count(0, timeout=20_000)
    chart.evaluate("plot => { plot.mark = 'the same' }")
    box = chart.locator(".nsewdrag").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 120, steps=5)
    page.mouse.up()
    page.wait_for_timeout(300)
    zoom, before = chart.evaluate(RANGES), chart.evaluate(POINTS)
    page.wait_for_function(
        "least => document.querySelector('.js-plotly-plot')._fullData[0]._length >= least",
        arg=before + 8,
    )
    assert chart.evaluate("plot => plot.mark") == "the same"
    assert chart.evaluate(RANGES) == pytest.approx(zoom)


@pytest.mark.parametrize(("scheme", "colour"), [("light", LIGHT.primary), ("dark", DARK.leaf)])
def test_selected_items_have_a_readable_colour(
    page: Page, server: Server, scheme: Literal["light", "dark"], colour: str
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{server.address}/runs?run=ended")
    red, green, blue = bytes.fromhex(colour.lstrip("#"))
    chosen = page.get_by_role("radio", name="One run", exact=True)
    expect(chosen).to_have_css("color", f"rgb({red}, {green}, {blue})")


def test_a_run_is_chosen_by_click_and_by_keyboard_and_is_in_the_address(
    page: Page, server: Server
) -> None:
    page.goto(f"{server.address}/runs?run=live")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.get_by_text("ended", exact=True).click()
    expect(page.get_by_role("heading", name="ended")).to_be_visible()
    page.wait_for_url("**/runs?run=ended")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("heading", name="live")).to_be_visible()
    page.wait_for_url("**/runs?run=live")


def test_stopping_reports_each_stage_and_the_run_can_be_resumed(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/runs?run=live")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=40_000)
    expect(page.get_by_text("Stopped on request, after saving.")).to_be_visible()
    home = open_home(server.home)
    assert find_run(home, "live").state == "stopped"


def test_a_run_whose_name_has_two_underscores_shows_its_curves(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/runs?run=my__run")
    chart = page.locator(".js-plotly-plot").first
    expect(chart.locator(".scatterlayer .trace")).not_to_have_count(0, timeout=60_000)
    expect(page.get_by_test_id("stException")).to_have_count(0)
