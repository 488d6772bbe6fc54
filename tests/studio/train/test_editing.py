"""The form over all settings of a run: each can be set, found and reset."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.home import Home
from engine.runs.run import list_runs
from engine.settings.configs import run_configs
from engine.settings.fields import Condition
from engine.settings.files import as_yaml, parse_yaml, validate
from engine.settings.run import RunSettings
from studio.forms.leaves import SettingLeaf, leaves_of, with_changes
from studio.train.editing import sizes_for, train_editor, values_in_stages
from tests.studio.conftest import OpenPage
from tests.studio.train.other_values import STAGES, other_value, widget_of

KEYS = [leaf.key for leaf in leaves_of(RunSettings())]
FORM = "runs.duplicate.run"


def page(configuration: str) -> None:
    import streamlit as st

    from engine.settings.files import parse_yaml, validate
    from engine.settings.run import RunSettings
    from studio.forms.editor import draw_editor
    from studio.train.editing import duplicate_editor

    settings = validate(RunSettings, parse_yaml(configuration, "test"), "test")
    st.session_state["draft"] = draw_editor(duplicate_editor("run", settings))


def opened(settings: RunSettings) -> AppTest:
    app = AppTest.from_function(page, kwargs={"configuration": as_yaml(settings)}).run()
    assert not app.exception
    return app


def leaf_of(settings: RunSettings, key: str) -> SettingLeaf:
    return next(leaf for leaf in leaves_of(settings) if leaf.key == key)


def needed(condition: Condition, settings: RunSettings) -> Any:
    """A value that fulfils a condition."""
    if condition.is_one_of:
        return condition.values[0]
    leaf = leaf_of(settings, condition.key)
    return leaf.value if leaf.value not in condition.values else other_value(leaf)


def start_for(key: str) -> RunSettings:
    """The demo configuration, changed so that the setting is used and can change by itself."""
    demo = run_configs()["demo"]
    changes: dict[str, Any] = {
        condition.key: needed(condition, demo) for condition in leaf_of(demo, key).form.used_when
    }
    if key == "model.adapter":
        changes = {"training.method": "adapters", "model.adapter": "lora"}
    if key in ("data.train_jsonl", "data.val_jsonl", "data.region"):
        changes = {"data.train_jsonl": "a.jsonl", "data.val_jsonl": "b.jsonl"}
    if key in ("model.mean", "model.std"):
        changes = {"model.mean": (0.5, 0.5, 0.5), "model.std": (0.5, 0.5, 0.5)}
    if key == "training.stages":
        changes = {"model.adapter": "lora"}
    return with_changes(demo, changes)


@pytest.mark.parametrize("key", KEYS)
def test_every_setting_can_be_set_and_nothing_else_changes(key: str) -> None:
    start = start_for(key)
    leaf = leaf_of(start, key)
    app = opened(start)
    if key in ("augmentation.train.crop", "augmentation.val.center_crop"):
        # It must equal the image size, and follows it.
        widget_of(app, FORM, leaf_of(start, "data.image_size")).set_value(64).run()
        assert widget_of(app, FORM, leaf).value == 64
        return
    widget = widget_of(app, FORM, leaf)
    assert not widget.disabled
    widget.set_value(other_value(leaf)).run()
    draft = app.session_state["draft"]
    assert draft.errors == {}
    before, after = ({x.key: x.value for x in leaves_of(s)} for s in (start, draft.settings))
    expected = {key}
    if key == "data.image_size":
        expected |= sizes_for(start, 64).keys()
    assert {each for each in before if before[each] != after[each]} == expected
    assert (
        validate(RunSettings, parse_yaml(as_yaml(draft.settings), "test"), "test") == draft.settings
    )


@pytest.mark.parametrize("name", run_configs())
def test_a_configuration_is_shown_unchanged(name: str) -> None:
    settings = run_configs()[name]
    app = opened(settings)
    assert app.session_state["draft"].settings == settings
    app.run()
    assert app.session_state["draft"].changes == {}
    assert as_yaml(app.session_state["draft"].settings) == as_yaml(settings)


def test_every_setting_is_in_the_configuration_of_the_launched_run(
    open_page: OpenPage, split_home: Home, stopped_at_the_end: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (split_home.root / "other.safetensors").write_bytes(b"")
    monkeypatch.setattr("studio.train.meaning._compared", _unknown)
    app = open_page("train", config="demo", split="default")
    demo = run_configs()["demo"]
    editor = train_editor("demo", demo)
    left = {
        leaf.key: leaf
        for leaf in editor.leaves
        if leaf.key not in editor.elsewhere
        and leaf.key not in sizes_for(demo, 64)
        # The rows of a split have no region.
        and leaf.key != "data.region"
    }
    wanted: dict[str, Any] = {}
    # Dependent fields are drawn only after the others are set.
    for _ in range(3):
        for key, leaf in list(left.items()):
            try:
                widget = widget_of(app, editor.key, leaf)
            except KeyError:
                continue
            widget.set_value(other_value(leaf))
            wanted[key] = leaf.parsed(other_value(leaf))
            del left[key]
        app.run()
        assert not app.exception
    assert left == {}
    app.selectbox(key="train.crop.demo").set_value("classic").run()
    next(button for button in app.button if button.label == "Launch").click().run()
    assert [error.value for error in app.error] == []
    (run,) = list_runs(split_home)
    written = {leaf.key: leaf.value for leaf in leaves_of(run.folder.read_settings())}
    chosen = {"data.smart_crop": True, "data.crop_preset": "classic", "data.split": "default"}
    # Relative paths refer to the home, but another process may start in another folder.
    chosen |= {"model.weights": str(split_home.root / "other.safetensors")}
    whole = with_changes(demo, wanted | sizes_for(demo, wanted["data.image_size"]) | chosen)
    assert written == {leaf.key: leaf.value for leaf in leaves_of(whole)}
    untouched = {key for key in KEYS if written[key] == leaf_of(demo, key).value}
    assert untouched == {"data.split", "data.region"}


def _unknown(home: Home, pair: tuple[str, Any], classes: int) -> object:
    from engine.jobs.job import Job
    from studio.train.meaning import Compared

    return Compared(pair[0], pair[1], Job("estimate", "none"))


def test_a_setting_that_has_no_effect_is_not_shown_and_the_search_says_why() -> None:
    app = opened(run_configs()["demo"])
    gamma = leaf_of(run_configs()["demo"], "training.focal_gamma")
    with pytest.raises(KeyError):
        widget_of(app, FORM, gamma)
    app.text_input(key=f"{FORM}:search").set_value("focal gamma").run()
    assert widget_of(app, FORM, gamma).disabled
    assert "Used only when Loss is focal." in [line.value for line in app.caption]
    app.text_input(key=f"{FORM}:search").set_value("").run()
    app.selectbox(key=f"{FORM}.training.loss").set_value("focal").run()
    assert not widget_of(app, FORM, gamma).disabled


def test_a_setting_that_one_stage_uses_is_shown() -> None:
    laptop = run_configs()["laptop_4gb"]
    given = values_in_stages({leaf.key: leaf.value for leaf in leaves_of(laptop)})
    assert given["training.method"] == ["features", "adapters", "full"]
    assert given["training.loss"] == ["logit_adjusted"] * 3
    assert values_in_stages(
        {"training.method": "full", "training.stages": parse_yaml(STAGES, "stages")}
    )["training.method"] == ["last_blocks", "adapters"]
    widget_of(opened(laptop), FORM, leaf_of(laptop, "model.adapter_rank"))


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("layer decay", "Layer decay"),
        ("training.ema_decay", "Weight averaging (EMA)"),
        ("unequal counts", "Loss"),
        ("balanced", "Sampling"),
        ("weight_decay", "Weight decay"),
    ],
)
def test_a_setting_is_found_by_title_key_option_and_word_of_its_help(
    query: str, label: str
) -> None:
    app = opened(run_configs()["demo"])
    app.text_input(key=f"{FORM}:search").set_value(query).run()
    shown = [widget.label for widget in [*app.number_input, *app.selectbox, *app.text_input]]
    assert any(found.startswith(label) for found in shown)
    assert len(shown) < 6


def test_a_search_without_a_match_names_similar_settings() -> None:
    app = opened(run_configs()["demo"])
    app.text_input(key=f"{FORM}:search").set_value("epocs").run()
    assert app.caption[0].value == "No setting matches. Similar: Epochs."
    app.text_input(key=f"{FORM}:search").set_value("zzzz").run()
    assert app.caption[0].value == "No setting matches. Try another word."


def test_a_change_is_marked_survives_a_search_and_is_reset() -> None:
    app = opened(run_configs()["demo"])
    assert not [button for button in app.button if button.label == "Reset"]
    app.number_input(key=f"{FORM}.training.epochs").set_value(7).run()
    assert "changed" in app.number_input(key=f"{FORM}.training.epochs").label
    app.text_input(key=f"{FORM}:search").set_value("mixup").run()
    assert app.session_state["draft"].settings.training.epochs == 7
    app.text_input(key=f"{FORM}:search").set_value("").run()
    assert app.number_input(key=f"{FORM}.training.epochs").value == 7
    app.button(key=f"{FORM}:reset").click().run()
    assert app.number_input(key=f"{FORM}.training.epochs").value == 30
    assert "changed" not in app.number_input(key=f"{FORM}.training.epochs").label
    assert app.session_state["draft"].settings == run_configs()["demo"]


def test_an_error_is_shown_at_each_field_involved() -> None:
    app = opened(run_configs()["demo"])
    app.number_input(key=f"{FORM}.training.epochs").set_value(0).run()
    draft = app.session_state["draft"]
    assert draft.errors == {"training.epochs": "Epochs must be 1 to 10,000, not 0."}
    assert draft.settings == run_configs()["demo"]
    assert any("Epochs must be 1 to 10,000" in line.value for line in app.markdown)
    app.number_input(key=f"{FORM}.training.epochs").set_value(30)
    app.number_input(key=f"{FORM}.augmentation.train.crop").set_value(96).run()
    assert set(app.session_state["draft"].errors) == {"augmentation.train.crop", "data.image_size"}
    assert any("Expert settings" in each.label and "correct" in each.label for each in app.expander)


def test_stages_that_are_not_yaml_are_rejected_at_the_field() -> None:
    app = opened(run_configs()["demo"])
    app.text_area(key=f"{FORM}.training.stages").set_value("- [").run()
    (sentence,) = app.session_state["draft"].errors.values()
    assert sentence.startswith("Stages is not valid YAML")


def test_an_error_inside_a_group_uses_the_labels_of_the_form() -> None:
    app = opened(run_configs()["demo"])
    app.number_input(key=f"{FORM}.augmentation.train.resize").set_value(100).run()
    said = "Crop (128) must not be larger than Resize for training (100)."
    assert app.session_state["draft"].errors == {
        "augmentation.train.resize": said,
        "augmentation.train.crop": said,
    }


def test_the_reason_why_a_setting_is_not_used_names_every_condition() -> None:
    app = opened(run_configs()["demo"])
    app.text_input(key=f"{FORM}:search").set_value("unmixed_epochs").run()
    assert app.caption[1].value == "Used only when Mixup is not 0 or CutMix is not 0."
    app.text_input(key=f"{FORM}:search").set_value("crop_preset").run()
    assert app.caption[1].value == "Used only when Smart crop is on."
