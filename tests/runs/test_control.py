"""Runs as real processes: started, stopped, killed, resumed."""

import shutil
import signal
import threading
import time

import psutil
import pytest

from engine.errors import BadInput, ClassMapMismatch
from engine.files import read_json, read_json_lines, write_json
from engine.home import Home, open_home
from engine.jobs.failure import explain_failure
from engine.jobs.log import log_tail
from engine.runs.control import launch_run, new_run_id, resume_run, stop_run
from engine.runs.run import find_run, list_runs
from engine.runs.trash import delete_run
from engine.settings.run import RunSettings

from .conftest import MakeSettings, processes_of, stepping, trainers_of, wait_for

LONG = 10_000


def test_a_launched_run_finishes_by_itself(planted: Home, make_settings: MakeSettings) -> None:
    run = launch_run(planted, make_settings(), "one")
    assert run.is_live
    run = wait_for(planted, "one", lambda run: run.state == "finished")
    assert run.status.step == run.status.steps_total > 0
    assert run.can_predict
    assert not run.can_resume
    parts = {line["split"] for line in read_json_lines(run.folder.metrics)}
    assert parts == {"train", "val"}
    log = log_tail(run.folder.log).splitlines()
    assert len(log) == len(set(log)), "every line is logged once"


def test_many_concurrent_clicks_start_one_run(planted: Home, make_settings: MakeSettings) -> None:
    settings = make_settings(LONG)
    run_id = new_run_id(settings)
    clicks = [
        threading.Thread(target=launch_run, args=(planted, settings, run_id)) for _ in range(20)
    ]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    wait_for(planted, run_id, stepping)
    assert [run.run_id for run in list_runs(planted)] == [run_id]
    assert len(trainers_of(planted)) == 1
    stop_run(planted, run_id)


def test_a_stopped_run_saves_and_can_be_resumed(planted: Home, make_settings: MakeSettings) -> None:
    launch_run(planted, make_settings(LONG), "one")
    wait_for(planted, "one", stepping)
    said: list[str] = []
    stopped = stop_run(planted, "one", tell=said.append)
    assert stopped.state == "stopped"
    assert said == ["Asked the run to save and stop."]
    assert stopped.can_resume
    step = stopped.status.step
    resume_run(planted, "one")
    again = wait_for(planted, "one", lambda run: stepping(run) and run.status.step > step)
    assert again.status.attempt == 2
    steps = [line["step"] for line in read_json_lines(again.folder.metrics)]
    assert steps == sorted(steps), "no step is done twice"
    stop_run(planted, "one")


def test_a_run_killed_by_the_system_has_failed_with_a_reason(
    planted: Home, make_settings: MakeSettings
) -> None:
    launch_run(planted, make_settings(LONG, checkpoint_every=2), "one")
    wait_for(planted, "one", stepping)
    trainers_of(planted)[0].kill()
    failed = wait_for(planted, "one", lambda run: run.state == "failed")
    assert "memory ran out" in failed.reason
    assert failed.status.exit_status == -signal.SIGKILL
    assert "halve" in str(explain_failure(failed.why, failed.folder.log).next_step).lower()
    resume_run(planted, "one")
    assert wait_for(planted, "one", stepping).status.attempt == 2
    stop_run(planted, "one")


def test_a_run_killed_together_with_its_supervisor_is_lost_and_can_be_resumed(
    planted: Home, make_settings: MakeSettings
) -> None:
    launch_run(planted, make_settings(LONG, checkpoint_every=2), "one")
    run = wait_for(planted, "one", stepping)
    for process in processes_of(planted):
        process.send_signal(signal.SIGKILL)
    lost = wait_for(planted, run.run_id, lambda run: run.state == "lost")
    assert lost.reason == "It stopped unexpectedly (a power cut, for example)."
    resume_run(planted, "one")
    wait_for(planted, "one", stepping)
    stop_run(planted, "one")


def test_an_unresponsive_run_is_killed_and_each_step_is_reported(
    planted: Home, make_settings: MakeSettings
) -> None:
    launch_run(planted, make_settings(LONG), "one")
    wait_for(planted, "one", stepping)
    trainers_of(planted)[0].send_signal(signal.SIGSTOP)
    said: list[str] = []
    ended = stop_run(planted, "one", tell=said.append, ask_seconds=0.5, term_seconds=0.5)
    assert said == [
        "Asked the run to save and stop.",
        "No response. Sent SIGTERM.",
        "Still running. Killed the run and its workers.",
    ]
    assert ended.state == "stopped"
    assert ended.reason.startswith("It did not respond for 1 s and was killed")
    assert not trainers_of(planted)


def test_a_live_run_is_neither_resumed_nor_deleted(
    planted: Home, make_settings: MakeSettings
) -> None:
    launch_run(planted, make_settings(LONG), "one")
    with pytest.raises(BadInput, match="has not ended yet"):
        resume_run(planted, "one")
    with pytest.raises(BadInput, match="Stop it first"):
        delete_run(planted, "one")
    wait_for(planted, "one", stepping)
    stop_run(planted, "one")
    delete_run(planted, "one")
    assert list_runs(planted) == []


def test_a_run_copied_from_another_machine_is_shown_with_its_actual_state(
    planted: Home, make_settings: MakeSettings, tmp_path
) -> None:
    launch_run(planted, make_settings(LONG), "one")
    trainer = psutil.Process(wait_for(planted, "one", stepping).status.pid)
    # While the run writes, files disappear during the copy.
    trainer.suspend()
    shutil.copytree(planted.root, tmp_path / "copy", ignore=shutil.ignore_patterns("*-wal", ".*"))
    trainer.resume()
    stop_run(planted, "one")
    copy = open_home(tmp_path / "copy")
    status = read_json(copy.runs / "one" / "status.json")
    assert find_run(copy, "one").state == "running", "as far as one can tell"
    heard = {**status, "host": "greenhouse", "updated": time.time() - 600}
    write_json(copy.runs / "one" / "status.json", heard)
    run = find_run(copy, "one")
    assert run.state == "lost"
    assert "greenhouse" in run.reason
    resume_run(copy, "one")
    wait_for(copy, "one", stepping)
    stop_run(copy, "one")


def test_invalid_training_data_leaves_no_folder(planted: Home, make_settings: MakeSettings) -> None:
    settings: RunSettings = make_settings()
    nowhere = settings.model_copy(
        update={"data": settings.data.model_copy(update={"split": "none"})}
    )
    with pytest.raises(BadInput, match="no split none"):
        launch_run(planted, nowhere, "one")
    classes = planted.splits / "small" / "classes.json"
    write_json(classes, read_json(classes) | {"species": ["Rosa alba", "Rosa lutea"]})
    with pytest.raises(ClassMapMismatch):
        launch_run(planted, settings, "two")
    assert list_runs(planted) == []


def test_a_run_that_does_not_exist_is_not_found(planted: Home) -> None:
    for name in ("none", "", "../small", "."):
        with pytest.raises(BadInput, match="There is no run"):
            find_run(planted, name)


def test_a_run_with_a_damaged_status_resumes_from_its_checkpoint(
    planted: Home, make_settings: MakeSettings
) -> None:
    launch_run(planted, make_settings(), "one")
    wait_for(planted, "one", lambda run: run.state == "finished")
    (planted.runs / "one" / "status.json").write_text('{"run_id": "one", "sta')
    assert find_run(planted, "one").state == "damaged"
    resume_run(planted, "one")
    assert wait_for(planted, "one", lambda run: run.state == "finished").status.step > 0
