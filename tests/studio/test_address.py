"""What a page's address says: the same in every language, taken back by one step, never wrong."""

import pytest
from streamlit.testing.v1 import AppTest

from engine.home import Home
from engine.language.current import language_set
from tests.studio.conftest import OpenPage
from tests.studio.runs.drawn_run import ended_run


def spanish(app: AppTest, address: dict[str, str | list[str]] | None = None) -> AppTest:
    """The same page, seen by a reader of Spanish, at this address."""
    app.session_state["language"] = "es"
    if address is not None:
        app.query_params.clear()
        app.query_params.update(address)
    app.run()
    assert not app.exception
    return app


@pytest.fixture
def two_runs(home: Home) -> Home:
    for name in ("first", "second"):
        ended_run(home, name)
    return home


@pytest.mark.usefixtures("two_runs")
def test_the_address_of_a_spanish_page_opens_the_same_view_in_english(open_page: OpenPage) -> None:
    app = open_page("runs")
    app.session_state["runs.view"] = "compare"
    spanish(app)
    app.session_state["runs.x"] = "t"
    # A choice is read by its words, in the test's own language.
    with language_set("es"):
        app.run()
    assert app.segmented_control(key="runs.view").options == ["Un entrenamiento", "Comparar"]
    copied = dict(app.query_params)
    assert (copied["runs.view"], copied["runs.x"]) == ("compare", "t")
    app = open_page("runs", **copied)
    assert app.segmented_control(key="runs.view").value == "compare"
    assert app.segmented_control(key="runs.x").value == "t"
    assert "Results at the best epoch" in [line.value for line in app.subheader]


@pytest.mark.usefixtures("small_catalogue")
def test_a_tab_is_called_the_same_in_every_language(open_page: OpenPage) -> None:
    app = spanish(open_page("catalogue"), {"catalogue_tab": "counts", "show": "all"})
    assert [tab.label for tab in app.tabs][:2] == ["Fotografías", "Recuentos"]
    assert app.session_state["catalogue_tab"] == "counts"
    copied = dict(app.query_params)
    assert copied == {"catalogue_tab": "counts", "show": "all"}
    app = open_page("catalogue", **copied)
    assert app.session_state["catalogue_tabs"] == "Counts"


@pytest.mark.usefixtures("two_runs")
@pytest.mark.parametrize("words_of_old", ["Compare", "Comparar"])
def test_a_link_from_before_still_opens_its_view(open_page: OpenPage, words_of_old: str) -> None:
    app = spanish(open_page("runs"), {"runs.view": words_of_old})
    assert app.segmented_control(key="runs.view").value == "compare"
    assert app.query_params["runs.view"] == "compare"


@pytest.mark.usefixtures("two_runs")
def test_what_a_page_opens_with_makes_no_address_and_so_no_step_of_the_history(
    open_page: OpenPage,
) -> None:
    app = open_page("runs")
    opened_with = app.radio(key="runs.chosen").value
    assert dict(app.query_params) == {}
    other = "first" if opened_with == "second" else "second"
    app.radio(key="runs.chosen").set_value(other).run()
    assert app.query_params["run"] == other
    app.radio(key="runs.chosen").set_value(opened_with).run()
    assert app.query_params["run"] == opened_with, "what was chosen is a link that lasts"
    app.query_params.clear()
    app.run()
    assert app.radio(key="runs.chosen").value == opened_with
    assert dict(app.query_params) == {}


@pytest.mark.usefixtures("small_catalogue")
def test_a_step_back_takes_the_setting_back(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page("crop_lab", preset="classic")
    app.slider(key="lab_threshold").set_value(0.4).run()
    assert dict(app.query_params) == {"preset": "classic", "threshold": "0.4"}
    del app.query_params["threshold"]
    monkeypatch.setattr("studio.address._is_history_navigation", lambda: True)
    app.run()
    assert not app.exception
    assert app.slider(key="lab_threshold").value != 0.4
    assert dict(app.query_params) == {"preset": "classic"}


@pytest.mark.usefixtures("small_catalogue")
def test_an_address_that_a_quick_second_change_overtook_takes_no_setting_back(
    open_page: OpenPage,
) -> None:
    app = open_page("crop_lab", preset="classic")
    app.slider(key="lab_threshold").set_value(0.4).run()
    # The browser sent the second change, and the third, before it received the first address.
    for value in (0.41, 0.42):
        app.query_params.clear()
        app.query_params["preset"] = "classic"
        app.slider(key="lab_threshold").set_value(value).run()
        assert app.slider(key="lab_threshold").value == value
        assert app.query_params["threshold"] == str(value)
    # It has received the latest; an earlier one is now a choice, such as a link.
    app.run()
    app.query_params["threshold"] = "0.4"
    app.run()
    assert app.slider(key="lab_threshold").value == 0.4


@pytest.mark.usefixtures("small_catalogue")
def test_the_lab_is_found_as_it_was_left_and_the_catalogue_as_its_address_says(
    open_page: OpenPage,
) -> None:
    app = open_page("crop_lab", preset="classic", threshold="0.4")
    app.switch_page("../pages/catalogue.py")
    app.query_params.clear()
    app.query_params["species"] = "Cornus mas"
    app.run()
    assert dict(app.query_params) == {"species": "Cornus mas"}
    app.switch_page("../pages/crop_lab.py")
    app.query_params.clear()
    app.run()
    assert app.slider(key="lab_threshold").value == 0.4
    assert dict(app.query_params) == {"preset": "classic", "threshold": "0.4"}
    app.switch_page("../pages/catalogue.py")
    app.query_params.clear()
    app.run()
    assert dict(app.query_params) == {}


WRONG = ["", "nan", "inf", "-1", "9" * 5000, "Ω", "a\0b", "<b>", "None"]


@pytest.mark.usefixtures("small_catalogue", "two_runs")
@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("catalogue", ("text", "species", "flag", "show", "page", "size", "catalogue_tab")),
        ("crop_lab", ("draw", "show", "seed", "size", "preset", "beside", "view", "threshold")),
        ("crop_lab", ("working_side", "detector", "policy", "aspect", "photo", "species")),
        ("runs", ("run", "runs.view", "runs.x", "runs.smooth", "runs.log", "runs.search")),
        ("runs", ("compare", "runs.baseline", "runs.group")),
        ("importing", ("from",)),
    ],
)
def test_what_cannot_be_read_is_passed_over(
    open_page: OpenPage, page: str, names: tuple[str, ...]
) -> None:
    app = open_page(page)
    for wrong in WRONG:
        app.query_params.clear()
        app.query_params.update(dict.fromkeys(names, wrong))
        if "compare" in names:
            app.query_params["runs.view"] = "compare"
        app.run()
        assert not app.exception, (names, wrong)


@pytest.mark.usefixtures("split_home")
def test_a_wrong_configuration_is_passed_over(open_page: OpenPage) -> None:
    app = open_page("train", config="no such", split="none")
    assert app.segmented_control(key="config").value == "demo"
    assert app.selectbox(key="train.split").value == "default"
    assert dict(app.query_params) == {"split": "default"}
