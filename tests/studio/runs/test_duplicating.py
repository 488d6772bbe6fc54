"""Duplicating a run: changes in fields, and in keys of the configuration file."""

import pytest
from streamlit.testing.v1 import AppTest

from engine.home import Home
from engine.runs.run import list_runs
from engine.settings.configs import run_configs
from engine.settings.files import load, save
from engine.settings.optimisation import StageSettings
from engine.settings.run import RunSettings
from engine.training.state.run_folder import RunFolder
from studio.forms.leaves import with_changes
from studio.text import plain
from studio.train.editing import sizes_for
from tests.studio.conftest import OpenPage, words
from tests.studio.runs.drawn_run import ended_run

pytestmark = pytest.mark.usefixtures("stopped_at_the_end")

FORM = "runs.duplicate.first"


@pytest.fixture
def first(split_home: Home) -> RunFolder:
    """A finished run with a small network, on the split "default"."""
    folder = ended_run(split_home, "first")
    save(with_changes(run_configs()["demo"], {"data.workers": 0}), folder.config)
    return folder


def duplicating(open_page: OpenPage) -> AppTest:
    return open_page("runs", run="first").button(key="runs.duplicate").click().run()


def launch(app: AppTest) -> AppTest:
    return next(button for button in app.button if button.label == "Launch").click().run()


def test_common_settings_are_changed_in_fields_and_any_other_by_its_key(
    open_page: OpenPage, split_home: Home, first: RunFolder
) -> None:
    app = duplicating(open_page)
    app.text_input(key=f"{FORM}.name").set_value("second")
    app.number_input(key=f"{FORM}.training.epochs").set_value(2)
    app.number_input(key=f"{FORM}.training.learning_rate").set_value(1e-3)
    app.number_input(key=f"{FORM}.training.batch_size").set_value(4)
    app.number_input(key=f"{FORM}.data.image_size").set_value(64)
    app.selectbox(key=f"{FORM}.training.method").set_value("head")
    app.text_area(key="runs.duplicate.changes").set_value(
        "training.stop_after_steps=1\n\n training.weight_decay = 0.1 "
    )
    launch(app)
    assert not app.exception
    made = next(run for run in list_runs(split_home) if run.run_id != "first")
    assert made.run_id.startswith("second-")
    assert app.query_params["run"] == made.run_id
    was, now = (load(RunSettings, folder.config) for folder in (first, made.folder))
    assert now.training == was.training.model_copy(
        update={
            "epochs": 2,
            "learning_rate": 1e-3,
            "batch_size": 4,
            "method": "head",
            "stop_after_steps": 1,
            "weight_decay": 0.1,
        }
    )
    assert (now.data.image_size, now.augmentation.val.center_crop) == (64, 64)
    assert now.model == was.model


def test_the_form_stays_open_only_while_its_run_is_shown(
    open_page: OpenPage, split_home: Home, first: RunFolder
) -> None:
    ended_run(split_home, "another")
    app = duplicating(open_page)
    app.run()
    assert "the configuration of **first**" in words(app)
    for run_id in ("another", "first"):
        app.query_params["run"] = run_id
        app.run()
        assert "the configuration of" not in words(app)


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ("training.epoch=3", "training.epoch is not a setting. Did you mean training.epochs?"),
        ("faster", "faster is not a change of a setting. Write it as key=value."),
        ("data.split=none", "There is no split none. Choose one of: default."),
    ],
)
def test_an_invalid_change_is_refused_in_a_sentence_and_nothing_is_launched(
    open_page: OpenPage, split_home: Home, first: RunFolder, others: str, said: str
) -> None:
    app = duplicating(open_page)
    app.text_area(key="runs.duplicate.changes").set_value(others)
    launch(app)
    assert said in app.error[0].value
    assert [run.run_id for run in list_runs(split_home)] == ["first"]
    app.run()
    assert app.text_area(key="runs.duplicate.changes").value == others


def test_an_invalid_field_is_reported_by_its_name(
    open_page: OpenPage, split_home: Home, first: RunFolder
) -> None:
    app = duplicating(open_page)
    app.number_input(key=f"{FORM}.data.image_size").set_value(8)
    launch(app)
    assert app.error[0].value == "Image size must be 16 to 2,048, not 8."


def test_for_a_run_in_stages_the_stages_are_shown(open_page: OpenPage, first: RunFolder) -> None:
    stages = (StageSettings(name="head", epochs=3), StageSettings(name="all", epochs=5))
    settings = load(RunSettings, first.config)
    save(with_changes(settings, {"training.stages": stages}), first.config)
    said = plain("head (3 epochs) → all (5 epochs)")
    assert said in words(duplicating(open_page))


def test_the_resize_sizes_follow_the_image_size() -> None:
    demo = run_configs()["demo"]
    smaller = with_changes(
        demo, {"data.image_size": 64, "training.epochs": 3, **sizes_for(demo, 64)}
    )
    assert smaller.augmentation.train.crop == smaller.augmentation.val.center_crop == 64
    assert smaller.augmentation.train.resize == 73
    assert smaller.training.epochs == 3
    assert with_changes(demo, sizes_for(demo, 128)) == demo
