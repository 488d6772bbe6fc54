"""Open a page of the studio without a browser, on a home for the test."""

from collections.abc import Callable, Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from engine.catalogue.sqlite import SqliteCatalogue
from engine.home import Home
from engine.runs.control import stop_run
from engine.runs.run import list_runs
from engine.settings.split import SplitSettings
from engine.split.make import make_split
from studio.picture_cache import pictures
from tests.conftest import PROJECT

OpenPage = Callable[..., AppTest]


@pytest.fixture
def open_page(home: Home, monkeypatch: pytest.MonkeyPatch) -> OpenPage:
    """open_page("split", split="default") opens a page of the studio with these parameters."""
    monkeypatch.setenv("STUDIO_HOME", str(home.root))
    st.cache_data.clear()
    pictures().clear()

    def opened(name: str, **parameters: str) -> AppTest:
        # Pages with an address other than their file name are registered only by a run.
        app = AppTest.from_file(str(PROJECT / "studio" / "app.py"), default_timeout=60).run()
        app.switch_page(f"../pages/{name}.py")
        app.query_params.update(parameters)
        app.run()
        assert not app.exception
        return app

    return opened


@pytest.fixture
def split_home(home: Home, small_catalogue: SqliteCatalogue) -> Home:
    """A home with the split "default": 8 photographs of 4 species to train on, 3 for val."""
    make_split(home, small_catalogue, SplitSettings())
    return home


@pytest.fixture
def stopped_at_the_end(home: Home) -> Iterator[None]:
    """End the runs that a test started."""
    yield
    for run in list_runs(home):
        if run.is_live:
            stop_run(home, run.run_id, ask_seconds=0.2)


def words(app: AppTest) -> str:
    """All running text of the page."""
    return "\n".join(line.value for line in [*app.markdown, *app.caption])
