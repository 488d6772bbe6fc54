"""Deleting runs: one click deletes one run, and each can be restored."""

import pytest
from playwright.sync_api import Page, expect

from engine.home import open_home
from engine.runs.run import list_runs
from tests.browser.conftest import Server, StartServer
from tests.studio.runs import drawn_run


@pytest.fixture
def server(serve: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Server:
    home = open_home(tmp_path_factory.mktemp("home"))
    for name in ("first", "second", "third"):
        drawn_run.ended_run(home, name)
    return serve(home=home.root)


def left(server: Server) -> set[str]:
    return {run.run_id for run in list_runs(open_home(server.home))}


def test_a_second_click_deletes_nothing_and_marks_the_run_shown_next(
    page: Page, server: Server
) -> None:
    page.goto(f"{server.address}/runs?run=third")
    page.get_by_role("button", name="Delete").click()
    confirm = page.get_by_role("button", name="Move to trash")
    expect(confirm).to_be_visible()
    box = confirm.bounding_box()
    assert box is not None
    place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(*place)
    expect(page.get_by_text("third is in the trash.")).to_be_visible()
    expect(confirm).not_to_be_visible()
    page.mouse.click(*place)
    expect(page.get_by_role("heading", name="second")).to_be_visible()
    expect(page.get_by_role("radio", name="second")).to_be_checked()
    page.wait_for_timeout(1_000)
    assert left(server) == {"first", "second"}


def test_two_quick_clicks_delete_one_run(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/runs?run=second")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Move to trash").dblclick()
    expect(page.get_by_text("second is in the trash.")).to_be_visible()
    page.wait_for_timeout(1_000)
    assert left(server) == {"first", "third"}
