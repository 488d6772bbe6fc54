"""The pages with corrupted run folders."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from engine.home import Home
from engine.runs.run import list_runs
from studio import text
from tests.runs.garbage import DAMAGED, GARBAGE
from tests.studio.conftest import OpenPage, words
from tests.studio.runs.drawn_run import ended_run


def spoil(home: Home, name: str, number: int = 0) -> str:
    """Corrupt a run in the way of this name; return its id."""
    before = {run.run_id for run in list_runs(home)}
    GARBAGE[name](ended_run(home, f"spoilt-{number}"))
    (run_id,) = {run.run_id for run in list_runs(home)} - before
    return run_id


def problems(app: AppTest) -> str:
    return "\n".join(error.value for error in app.error)


@pytest.mark.slow
@pytest.mark.parametrize("name", GARBAGE)
def test_the_runs_page_shows_the_damage(open_page: OpenPage, home: Home, name: str) -> None:
    ended_run(home, "good")
    run_id = spoil(home, name)
    app = open_page("runs", run=run_id)
    assert app.radio[0].value == run_id
    assert set(app.radio[0].options) == {"good", text.plain(run_id)}
    assert ("Damaged" in words(app)) == (name in DAMAGED)
    if name in DAMAGED:
        assert problems(app)
        assert "Its folder is" in words(app)


def test_a_damaged_run_is_deleted_on_its_page(open_page: OpenPage, home: Home) -> None:
    ended_run(home, "good")
    run_id = spoil(home, "name is not UTF-8")
    app = open_page("runs", run=run_id)
    app.button(key=f"runs.delete.confirm.{run_id}").click().run()
    assert not app.exception
    assert [run.run_id for run in list_runs(home)] == ["good"]


@pytest.fixture
def all_spoilt(split_home: Home) -> Home:
    """A valid run beside one of every kind of corruption; a split to train on."""
    ended_run(split_home, "good")
    for number, name in enumerate(GARBAGE):
        spoil(split_home, name, number)
    return split_home


@pytest.mark.parametrize(
    ("page", "shows"),
    [
        (
            "overview",
            lambda app: any(f"{len(DAMAGED)} damaged" in item.delta for item in app.metric),
        ),
        ("train", lambda app: app.selectbox(key="train.split").value == "default"),
        ("try_it", lambda app: "good" in app.selectbox(key="try_it.run").options),
        ("runs", lambda app: app.radio[0].options),
    ],
)
def test_a_page_with_every_kind_of_corruption_still_shows_the_rest(
    open_page: OpenPage, all_spoilt: Home, page: str, shows: Callable[[AppTest], bool]
) -> None:
    app = open_page(page)
    assert not app.exception
    assert shows(app)


def test_runs_are_compared_beside_every_kind_of_corruption(
    open_page: OpenPage, all_spoilt: Home
) -> None:
    app = open_page("runs", **{"runs.view": "compare"})
    app.multiselect(key="runs.compare.chosen").set_value(
        [run.run_id for run in list_runs(all_spoilt)]
    ).run()
    assert not app.exception
    assert app.dataframe
