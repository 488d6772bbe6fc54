"""The actual state of a run, regardless of its files, its lock and the clock."""

import time

import pytest

from engine.commands.runs import run_line
from engine.files import read_json, write_json
from engine.home import Home
from engine.jobs.queue import edit_queue, new_ticket
from engine.language.current import language_set
from engine.language.message import message
from engine.locks import claim, release
from engine.runs.run import find_run, list_runs

from .written_run import written_run

HOUR = 3_600


@pytest.mark.parametrize("clock", [0, HOUR, -HOUR, 400 * 24 * HOUR])
def test_a_clock_change_does_not_affect_a_run_that_holds_its_lock(home: Home, clock: float) -> None:
    folder = written_run(home, "one", state="running", updated=time.time() + clock)
    lock = claim(folder.lock)
    assert lock is not None
    run = find_run(home, "one")
    assert (run.state, run.reason) == ("running", "")
    assert bool(run.silent) == (clock < 0)
    release(lock)


@pytest.mark.parametrize("clock", [HOUR, -HOUR])
def test_without_its_lock_a_run_is_lost_despite_a_clock_change(home: Home, clock: float) -> None:
    written_run(home, "one", state="running", updated=time.time() + clock)
    run = find_run(home, "one")
    assert (run.state, run.can_resume) == ("lost", True)


def test_a_run_that_has_just_written_is_not_lost_yet(home: Home) -> None:
    written_run(home, "one", state="running", updated=time.time())
    assert find_run(home, "one").state == "running"


def test_a_run_of_another_machine_has_a_longer_timeout_and_cannot_be_killed_here(
    home: Home,
) -> None:
    written_run(home, "one", state="running", host="greenhouse", updated=time.time() - 60)
    run = find_run(home, "one")
    assert (run.state, run.is_abroad, run.is_suspended) == ("running", True, False)
    written_run(home, "two", state="running", host="greenhouse", updated=time.time() - 600)
    assert "If it still runs there, stop it there" in find_run(home, "two").reason


def test_a_finished_run_stays_finished(home: Home) -> None:
    for state in ("finished", "failed", "stopped"):
        written_run(home, state, state=state, host="greenhouse", updated=time.time())
        assert find_run(home, state).state == state


def test_a_run_with_a_ticket_is_queued_and_one_without_is_lost(home: Home) -> None:
    written_run(home, "one", state="queued", updated=time.time() - 60)
    assert find_run(home, "one").reason == "It was created but never started."
    with edit_queue(home) as tickets:
        tickets.append(new_ticket(home, "run:one", "cpu"))
    assert find_run(home, "one").state == "queued"


def test_the_newest_run_comes_first(home: Home) -> None:
    for age, run_id in ((30, "old"), (10, "new"), (20, "middle")):
        written_run(home, run_id, started=time.time() - age)
    assert [run.run_id for run in list_runs(home)] == ["new", "middle", "old"]


def test_all_parts_of_the_reason_of_an_imported_run_are_sanitised(home: Home) -> None:
    folder = written_run(home, "one", state="failed")
    inner = {"text": "in\x1b[2J {n}", "fields": {"n": 10**400}, "plural": ""}
    fields = {"then": 1e17, "many": 10**400, "inner": inner, "name": "a\x07b"}
    text = "\x1b[31m {then:moment} {many} {name} {inner} {gone}"
    values = read_json(folder.status)
    values["message"] = {"text": text, "fields": fields, "plural": ""}
    write_json(folder.status, values)
    reason = find_run(home, "one").reason
    assert reason.startswith("\N{REPLACEMENT CHARACTER}[31m – 1000")
    assert reason.endswith("{gone}") and reason.isprintable()


def test_what_it_does_before_it_trains_is_said_in_the_readers_language(home: Home) -> None:
    told = message("Computing features, {done} of {total}", done=3, total=10)
    fields = {"stage": told.in_english(), "preparing": told}
    written_run(home, "one", state="running", updated=time.time(), **fields)
    with language_set("es"):
        assert "Calculando características, 3 de 10" in run_line(find_run(home, "one"))
    written_run(home, "two", state="stopped", updated=time.time(), **fields)
    assert find_run(home, "two").preparing == ""


def test_a_status_of_an_earlier_version_says_it_in_english_only(home: Home) -> None:
    folder = written_run(home, "one", state="running", updated=time.time())
    values = read_json(folder.status) | {"stage": "Computing features, 3 of 10"}
    write_json(folder.status, {key: value for key, value in values.items() if key != "preparing"})
    run = find_run(home, "one")
    assert (run.status.stage, run.preparing) == ("Computing features, 3 of 10", "")
