import shutil
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.crop.presets import CLASSIC
from engine.crop.verdict import Measured, Verdict, keep_verdict
from engine.home import Home
from engine.jobs.job import read_job
from engine.runs.preflight import findings_in, read_preflight
from engine.runs.run import list_runs
from engine.settings.configs import CONFIGS, run_configs
from engine.settings.files import save
from engine.training.state.run_lock import hold_run_lock
from tests.conftest import PROJECT
from tests.studio.conftest import OpenPage, words
from tests.studio.runs.drawn_run import ended_run, new_run
from tests.studio.spanish import english_in

pytestmark = pytest.mark.usefixtures("stopped_at_the_end")


@pytest.fixture(autouse=True)
def _no_estimates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Estimates build networks in other processes; a separate test covers them."""
    monkeypatch.setattr("studio.train.meaning._compared", _unknown)


def _unknown(home: Home, pair: tuple[str, object], classes: int) -> object:
    from engine.jobs.job import Job
    from studio.train.meaning import Compared

    return Compared(pair[0], pair[1], Job("estimate", "none"))  # type: ignore[arg-type]


def launch_key(app: AppTest) -> str:
    return next(str(button.key) for button in app.button if button.label == "Launch")


def made_small(app: AppTest) -> AppTest:
    """A run that ends within seconds of its start."""
    app.number_input(key="train.form.demo.training.epochs").set_value(1)
    app.number_input(key="train.form.demo.data.workers").set_value(0)
    app.text_input(key="train.form.demo.training.stop_after_steps").set_value("1")
    return app


def test_without_a_split_the_page_shows_the_next_step(open_page: OpenPage) -> None:
    app = open_page("train")
    assert app.subheader[0].value == "No split to train on"
    assert app.button[0].label == "Make a split"


def test_the_page_is_in_spanish(open_page: OpenPage, split_home: Home) -> None:
    app = open_page("train", config="laptop_4gb")
    app.session_state["language"] = "es"
    app.run()
    assert not app.exception
    assert app.title[0].value == "Entrenar"
    assert app.number_input(key="train.form.laptop_4gb.training.epochs").label == "Épocas"
    assert app.number_input(key="train.form.laptop_4gb.training.epochs").help.endswith(
        "Valores: de 1 a 10.000."
    )
    assert english_in(app) == set()


def test_a_configuration_of_another_project_is_explained_on_the_page(
    open_page: OpenPage, split_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(CONFIGS, tmp_path / "configs")
    shutil.copy(PROJECT / "tests/fixtures/configurations/student.yaml", tmp_path / "configs")
    monkeypatch.setattr("engine.settings.configs.CONFIGS", tmp_path / "configs")
    app = open_page("train", config="student", split="default")
    (said,) = [info.value for info in app.info if "another project" in info.value]
    assert "loss.alpha, loss.beta" in said.replace("\\", "")
    assert "The split chosen below is used." in said
    dropout = app.number_input(key="train.form.student.augmentation.train.rotation")
    assert dropout.value == 15
    assert not [info for info in open_page("train", config="demo").info if "another" in info.value]
    app.session_state["language"] = "es"
    app.run()
    assert english_in(app) == set()


def test_every_configuration_can_be_chosen_and_is_compared_with_its_counterpart(
    open_page: OpenPage, split_home: Home
) -> None:
    app = open_page("train", config="teacher_global", split="default")
    assert app.segmented_control[0].options == list(run_configs())
    assert app.segmented_control[0].value == "teacher_global"
    assert app.selectbox(key="train.reference.teacher_global").value == "teacher_global_224"
    assert app.metric[0].value == "384 × 384"
    assert app.metric[0].delta == "2.9× the other"
    assert "Resized to 448 px, cropped to 384 px" in words(app)
    app.segmented_control[0].set_value("teacher_global_224").run()
    assert app.selectbox(key="train.reference.teacher_global_224").value == "teacher_global"
    # The browser writes what a reader chooses; here only the link to it is seen.
    assert app.segmented_control[0].proto.query_param_key == "config"
    app.segmented_control[0].set_value("demo").run()
    assert app.selectbox(key="train.reference.demo").value == ""
    assert app.metric[0].delta == ""


def test_the_duration_is_shown_after_a_similar_run_finished(
    open_page: OpenPage, split_home: Home
) -> None:
    assert "no run of this network and size has finished" in words(open_page("train"))
    folder = ended_run(split_home, "before")
    save(run_configs()["demo"], folder.config)
    assert "at the speed of before" in words(open_page("train")).replace("\\", "")


def test_a_launch_starts_one_run_with_the_changes_and_shows_it(
    open_page: OpenPage, split_home: Home
) -> None:
    app = made_small(open_page("train", config="demo"))
    app.text_input(key="train.form.demo.name").set_value("mine")
    key = launch_key(app)
    app.button(key=key).click().run()
    assert not app.exception
    assert app.title[0].value == "Runs"
    (run,) = list_runs(split_home)
    settings = run.folder.read_settings()
    assert (settings.name, settings.training.epochs) == ("mine", 1)
    assert settings.data.split == "default"
    assert run.run_id.startswith("mine-")
    assert app.radio[0].value == run.run_id

    # On returning to the page the button is a new one: only another click launches again.
    app.switch_page("../pages/train.py").run()
    assert launch_key(app) != key
    assert len(list_runs(split_home)) == 1


def test_the_verdict_on_the_chosen_crop_is_shown(open_page: OpenPage, split_home: Home) -> None:
    centre, crop = Measured(0.9, 0.02), Measured(0.8, 0.02)
    difference = Measured(-0.1, 0.021)
    keep_verdict(split_home, CLASSIC, Verdict("", centre, crop, difference, 300, 5, "x", 1.0))
    app = open_page("train", config="teacher_global")
    assert app.selectbox(key="train.crop.teacher_global").value == "fast"
    app.selectbox(key="train.crop.teacher_global").set_value("classic").run()
    assert "classic loses 10.0 ± 2.1 points" in app.error[0].value
    app.selectbox(key="train.crop.teacher_global").set_value("fast").run()
    assert not app.error
    assert "Not measured yet: whether fast improves accuracy" in words(app)
    app.selectbox(key="train.crop.teacher_global").set_value("centre").run()
    assert "Not measured yet" not in words(app)


def test_a_run_is_launched_with_the_chosen_crop(open_page: OpenPage, split_home: Home) -> None:
    app = open_page("train", config="demo")
    assert app.selectbox(key="train.crop.demo").value == "centre"
    app.selectbox(key="train.crop.demo").set_value("fast").run()
    made_small(app).button(key=launch_key(app)).click().run()
    (run,) = list_runs(split_home)
    data = run.folder.read_settings().data
    assert (data.smart_crop, data.crop_preset) == (True, "fast")


def test_an_invalid_combination_of_settings_starts_nothing(
    open_page: OpenPage, split_home: Home
) -> None:
    app = open_page("train", config="demo")
    app.number_input(key="train.form.demo.augmentation.train.crop").set_value(96)
    app.button(key=launch_key(app)).click().run()
    assert app.error[0].value == "Crop (96) must equal Image size (128)."
    assert not list_runs(split_home)


def test_a_number_out_of_its_range_is_named_by_its_label(
    open_page: OpenPage, split_home: Home
) -> None:
    app = open_page("train", config="demo")
    app.number_input(key="train.form.demo.training.epochs").set_value(999_999_999)
    app.button(key=launch_key(app)).click().run()
    assert app.error[0].value == "Epochs must be 1 to 10,000, not 999,999,999."
    assert not list_runs(split_home)


def test_an_unusable_split_is_refused_in_a_sentence(open_page: OpenPage, split_home: Home) -> None:
    app = open_page("train", config="demo")
    (split_home.splits / "default" / "val.jsonl").write_text("")
    app.button(key=launch_key(app)).click().run()
    assert "holds no photographs" in app.error[0].value
    assert not list_runs(split_home)


def test_a_live_run_is_named_beside_the_button(open_page: OpenPage, split_home: Home) -> None:
    with hold_run_lock(new_run(split_home, "first").lock):
        app = open_page("train", config="demo")
    assert "first is running." in app.info[0].value


def test_small_copies_are_offered_to_a_run_that_reads_them(
    open_page: OpenPage, split_home: Home
) -> None:
    app = open_page("train", config="demo", split="default")
    assert not [button for button in app.button if button.key == "train.shrink"]
    app.toggle(key="train.form.demo.data.shrink_once").set_value(True).run()
    app.number_input(key="train.form.demo.data.shrink_side").set_value(64).run()
    assert "makes missing ones before its first step" in words(app)
    app.button(key="train.shrink").click().run()
    until = time.monotonic() + 60
    while (job := read_job(split_home, "shrink-default-64")).state == "running":
        assert time.monotonic() < until
        time.sleep(0.1)
    assert job.state == "finished", job.reason
    app.run()
    assert "are ready." in words(app)


def test_a_check_names_what_would_stop_a_run_and_starts_none(
    open_page: OpenPage, split_home: Home
) -> None:
    shutil.rmtree(split_home.images)
    app = open_page("train", config="demo", split="default")
    next(button for button in app.button if button.label == "Check").click().run()
    assert "Checking split" in words(app)
    job = read_preflight(split_home)
    deadline = time.monotonic() + 60
    while job.state == "running" and time.monotonic() < deadline:
        time.sleep(0.3)
        job = read_preflight(split_home)
    found = {str(finding.check): finding for finding in findings_in(job)}
    assert not found["Train photographs"].ok
    assert found["Network"].ok
    app.run()
    assert "are not on this computer" in words(app)
    assert list_runs(split_home) == []
