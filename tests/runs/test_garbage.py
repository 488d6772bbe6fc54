"""A run that cannot be read is shown as damaged, and does not affect the others."""

import json
import time

import pytest

from engine.commands.runs import runs_list
from engine.home import Home
from engine.runs.alerts import read_alerts
from engine.runs.run import Run, find_run, list_runs
from engine.runs.supervise import supervisor_of
from engine.runs.trash import delete_run, restore_run, trash

from .garbage import DAMAGED, GARBAGE
from .written_run import val, written_run


def with_neighbour(home: Home, name: str) -> None:
    """A lost run called "good" beside a corrupted one."""
    home.queue.mkdir(parents=True)
    points = [val(1, top1=0.5, macro_top1=0.4)]
    GARBAGE[name](written_run(home, "spoilt", metrics=points))
    written_run(
        home, "good", metrics=points, state="running", started=2.0, updated=time.time() - 600
    )


def spoilt(home: Home) -> Run:
    return next(run for run in list_runs(home) if run.run_id != "good")


@pytest.mark.parametrize("name", GARBAGE)
def test_the_list_shows_the_run_and_the_other_runs(
    home: Home, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with_neighbour(home, name)
    runs_list(home.root, as_json=True)
    rows = {row["run_id"]: row for row in json.loads(capsys.readouterr().out)["runs"]}
    assert len(rows) == 2
    assert rows.pop("good")["state"] == "lost"
    (row,) = rows.values()
    assert row["state"] == ("damaged" if name in DAMAGED else "finished")
    assert bool(row["reason"]) == (name in DAMAGED)
    runs_list(home.root)
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize("name", GARBAGE)
def test_the_supervisor_continues_and_reports_the_other_run(home: Home, name: str) -> None:
    with_neighbour(home, name)
    supervisor_of(home).tick()
    assert [(alert.run_id, alert.kind) for alert in read_alerts(home).alerts] == [("good", "lost")]


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_run_can_be_deleted_and_restored(home: Home, name: str) -> None:
    with_neighbour(home, name)
    run = spoilt(home)
    assert find_run(home, run.run_id).state == "damaged"
    delete_run(home, run.run_id)
    assert [run.run_id for run in list_runs(home)] == ["good"]
    assert [item.run_id for item in trash(home)] == [run.run_id]
    restore_run(home, run.run_id)
    assert len(list_runs(home)) == 2


def test_the_damage_is_named(home: Home) -> None:
    with_neighbour(home, "started is a word")
    run = spoilt(home)
    assert run.reason == f"{run.folder.status} is damaged: started is 'yesterday'."
