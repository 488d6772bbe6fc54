import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.testing.v1 import AppTest

from engine.files import write_json
from engine.home import Home
from engine.jobs.failure import describe_exit
from engine.language.update import read
from engine.runs.alerts import Alert, alert_file, append_alerts
from engine.runs.run import find_run, list_runs
from engine.training.report.diagnosis import (
    Diagnosis,
    Epoch,
    Remark,
    RunFacts,
    diagnose,
    write_diagnosis,
)
from engine.training.state.status import reason_fields, write_status
from tests.conftest import PROJECT
from tests.studio.conftest import OpenPage, words
from tests.studio.runs import drawn_run
from tests.studio.runs.drawn_run import ended_run

EVALUATION = {
    "images": 60, "classes": 3, "classes_absent": 0, "top1": 0.9, "top1_interval": [0.8, 0.95],
    "top5": 1.0, "k": 3, "macro_top1": 0.85, "ece": 0.1, "step": 80,
    "buckets": [{"train_images": "5-19", "classes": 3, "images": 60, "top1": 0.9,
                 "macro_top1": 0.85, "absent": 0}],
    "species": [{"species": "Cornus mas", "train_images": 9, "images": 20, "top1": 0.7,
                 "top5": 1.0, "mistaken_for": "Acer campestre"}],
}  # fmt: skip


@pytest.fixture
def live_run(home: Home) -> Iterator[str]:
    """A process that holds the lock of the run "live" and adds five points per second."""
    command = [sys.executable, drawn_run.__file__, str(home.root), "live", "0.2"]
    process = subprocess.Popen(command, cwd=PROJECT, env={"PYTHONPATH": str(PROJECT)})
    deadline = time.monotonic() + 60
    while not (home.runs / "live" / "metrics.jsonl").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    yield "live"
    process.kill()
    process.wait()


def run_until(app: AppTest, label: str) -> None:
    """Rerun the page until a button of this name exists."""
    deadline = time.monotonic() + 60
    while label not in [button.label for button in app.button] and time.monotonic() < deadline:
        time.sleep(0.3)
        app.run()
    assert label in [button.label for button in app.button]


def test_without_runs_the_page_shows_the_next_step(open_page: OpenPage) -> None:
    assert open_page("runs").subheader[0].value == "No runs yet"


def test_every_run_is_listed_with_its_actual_state_newest_first(
    open_page: OpenPage, home: Home
) -> None:
    for state in ("finished", "failed", "stopped", "lost"):
        ended_run(home, f"run-{state}", state, reason="The disk is full.")
    app = open_page("runs")
    assert app.radio[0].options == ["run-lost", "run-stopped", "run-failed", "run-finished"]
    assert app.radio[0].value == "run-lost"
    assert "It stopped unexpectedly" in app.warning[0].value
    labels = [button.label for button in app.button]
    assert "Resume" in labels and "Try it" in labels
    app.radio[0].set_value("run-failed").run()
    assert app.error[0].value.startswith("The disk is full.")
    assert "Make room on the disk" in app.error[0].value


def test_a_link_opens_its_run_and_a_missing_run_is_reported(
    open_page: OpenPage, home: Home
) -> None:
    ended_run(home, "old")
    ended_run(home, "new")
    app = open_page("runs", run="old")
    assert app.radio[0].value == "old"
    assert app.metric[0].value == "4 of 4"
    assert "The run gone no longer exists." in open_page("runs", run="gone").warning[0].value


def test_a_live_run_is_shown_live_stopped_and_resumed(
    open_page: OpenPage, home: Home, live_run: str
) -> None:
    app = open_page("runs")
    assert app.metric[4].label == "Time left"
    assert "Stop" in [button.label for button in app.button]
    assert "Step 1." in "".join(box.value for box in app.get("html"))
    app.button(key="runs.stop").click().run()
    assert all(button.disabled for button in app.button if button.key == "runs.stop")
    run_until(app, "Resume")
    assert find_run(home, live_run).state == "stopped"
    assert "Stopped on request, after saving." in words(app)


def test_a_run_is_deleted_after_confirmation_and_restored_by_undo(
    open_page: OpenPage, home: Home
) -> None:
    ended_run(home, "one")
    ended_run(home, "two")
    app = open_page("runs", run="one")
    assert "You can restore it from there." in words(app)
    app.button(key="runs.delete.confirm.one").click().run()
    assert not app.exception
    assert [run.run_id for run in list_runs(home)] == ["two"]
    assert app.radio[0].value == "two"
    app.button(key="runs.undo.one").click().run()
    assert {run.run_id for run in list_runs(home)} == {"one", "two"}
    assert not app.info


def test_each_of_several_deleted_runs_can_be_restored(open_page: OpenPage, home: Home) -> None:
    for name in ("one", "two", "three"):
        ended_run(home, name)
    app = open_page("runs", run="one")
    app.button(key="runs.delete.confirm.one").click().run()
    app.radio[0].set_value("two").run()
    app.button(key="runs.delete.confirm.two").click().run()
    assert [box.value for box in app.info] == ["two is in the trash.", "one is in the trash."]
    app.button(key="runs.undo.one").click().run()
    assert {run.run_id for run in list_runs(home)} == {"one", "three"}
    assert [box.value for box in app.info] == ["two is in the trash."]


def test_a_restored_run_is_no_longer_shown_in_the_trash(open_page: OpenPage, home: Home) -> None:
    ended_run(home, "one")
    ended_run(home, "two")
    app = open_page("runs", run="one")
    app.button(key="runs.delete.confirm.one").click().run()
    restore = next(button for button in app.button if button.label == "Restore")
    restore.click().run()
    assert {run.run_id for run in list_runs(home)} == {"one", "two"}
    assert not app.info and not app.error


def test_the_speed_is_shown_with_the_threads_that_a_trial_chose(
    open_page: OpenPage, home: Home
) -> None:
    folder = ended_run(home, "done")
    speeds = {"1": 74.2, "2": 81.3}
    told = replace(folder.read_status(), device="CPU, fp32", threads=2, thread_speeds=speeds)
    write_status(folder.status, told)
    app = open_page("runs", run="done")
    (speed,) = [metric for metric in app.metric if metric.label == "Photos/s"]
    assert "2 threads: 81.3 photos/s; 1 thread: 74.2 photos/s." in speed.help
    assert speed.delta == "CPU, fp32, 2 threads"


def test_an_evaluation_is_shown_with_its_figures_and_a_table_by_species(
    open_page: OpenPage, home: Home
) -> None:
    folder = ended_run(home, "one")
    app = open_page("runs")
    assert "Not evaluated yet" in words(app)
    write_json(folder.evaluation / "test.json", EVALUATION)
    app.run()
    shown = {metric.label: metric.value for metric in app.metric}
    assert (shown["Top-1"], shown["Top-3"], shown["Macro top-1"]) == ("90.0%", "100.0%", "85.0%")
    assert list(app.dataframe[1].value["Most often mistaken for"]) == ["Acer campestre"]
    assert app.button(key="runs.evaluate").label == "Evaluate again"


def test_a_failed_evaluation_shows_the_reason(open_page: OpenPage, home: Home) -> None:
    ended_run(home, "one")
    app = open_page("runs")
    app.button(key="runs.evaluate").click().run()
    deadline = time.monotonic() + 60
    while not app.error and time.monotonic() < deadline:
        time.sleep(0.5)
        app.run()
    assert app.error[0].value.endswith(".")


def test_the_diagnosis_is_shown_above_the_curves(open_page: OpenPage, home: Home) -> None:
    folder = ended_run(home, "sick")
    remarks = (
        Remark("misaligned", "fault", "Val is at chance."),
        Remark("unseen", "note", "2 species have no photograph in train."),
    )
    write_diagnosis(folder.diagnosis, Diagnosis(4, 80, remarks))
    said = words(open_page("runs"))
    assert said.index("Val is at chance.") < said.index("2 species have no photograph in train.")
    write_diagnosis(folder.diagnosis, Diagnosis(4, 80, ()))
    assert "No problems found after epoch 4." in words(open_page("runs"))


def test_the_result_of_a_finished_run_is_shown_above_its_curves(
    open_page: OpenPage, home: Home
) -> None:
    folder = ended_run(home, "one")
    write_json(folder.evaluation / "test.json", EVALUATION)
    assert place_of_the_outcome(open_page("runs")) == "above"
    status = folder.read_status()
    write_status(folder.status, replace(status, state="stopped"))
    assert place_of_the_outcome(open_page("runs")) == "below"


def place_of_the_outcome(app: AppTest) -> str:
    """Its position relative to the x axis option of the curves."""
    kinds = [(node.type, getattr(node, "label", "")) for node in app.main]
    shown = [
        str(getattr(node, "value", "")) if kind == "subheader" else label
        for node, (kind, label) in zip(app.main, kinds, strict=True)
    ]
    return "above" if shown.index("Test results") < shown.index("X axis") else "below"


def test_elements_that_appear_above_a_run_do_not_move_its_fragment(
    open_page: OpenPage, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    register = MemoryFragmentStorage.register

    def noted(self: MemoryFragmentStorage, key: str, *args: object, **more: object) -> None:
        drawn.append(key)
        register(self, key, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(MemoryFragmentStorage, "register", noted)
    folder = ended_run(home, "one")
    app = open_page("runs", run="one")
    alert_file(home).parent.mkdir()
    append_alerts(home, [Alert("one", 1, "finished", "It finished.", time.time())])
    status = folder.read_status()
    write_status(folder.status, replace(status, state="stopped", reason="It was asked to stop."))
    ended_run(home, "two")
    app.run()
    assert "It was asked to stop." in words(app)
    assert len(drawn) > 1 and len(set(drawn)) == 1


def test_the_page_and_the_reason_of_an_end_are_in_spanish(open_page: OpenPage, home: Home) -> None:
    write_json(home.preferences, {"language": "es"})
    folder = ended_run(home, "one", "failed")
    last = Epoch(0.2, 0.99, 1e-4, 0.02, 2.0, 0.5)
    facts = RunFacts(["Acer", "Bellis"], np.array([5, 5]), np.array([2, 2]), 1, 2)
    write_diagnosis(folder.diagnosis, Diagnosis(4, 80, diagnose([last], facts)))
    killed = reason_fields(describe_exit(-signal.SIGKILL))
    write_status(folder.status, replace(folder.read_status(), **killed))
    app = open_page("runs")
    assert app.error[0].value.startswith("El sistema cerró el proceso")
    assert "Reduce training.batch_size a la mitad" in app.error[0].value
    assert "Sobreajuste: el top-1 es 99" in words(app)
    labels = [node.label for node in [*app.button, *app.metric, *app.expander]]
    assert {"Reanudar", "Duplicar", "Top-1 validación", "Registro"} <= set(labels)
    english = {text for entry in read("es") if isinstance(text := entry.id, str)}
    same = {"Top-1", "Macro top-1"}
    assert not english & set(labels) - same
