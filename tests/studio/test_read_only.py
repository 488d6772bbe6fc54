"""A home on a read-only disk: it can be read, and impossible actions are reported."""

import pytest

from engine.home import Home
from tests.conftest import Mount, freeze
from tests.studio.conftest import OpenPage
from tests.studio.runs.drawn_run import ended_run

pytestmark = pytest.mark.slow
PAGES = ("overview", "catalogue", "importing", "download", "crop_lab", "split", "runs")


def test_every_page_opens_and_writes_are_refused_in_a_sentence(
    open_page: OpenPage, split_home: Home, mounted: Mount
) -> None:
    ended_run(split_home, "one")
    open_page("overview")
    freeze(mounted, split_home.root)
    for name in PAGES:
        app = open_page(name)
        assert [error.value for error in app.error] == [], name
    # This page starts runs, and requests an estimate from a job.
    (said,) = open_page("train").error
    assert "Read-only file system" in said.value
    app = open_page("runs", run="one")
    assert app.metric[0].value == "4 of 4"
    for key in ("runs.favourite", "runs.evaluate", "runs.delete.confirm.one"):
        app = open_page("runs", run="one")
        app.button(key=key).click().run()
        assert not app.exception
        assert "Read-only file system" in app.error[0].value, key
