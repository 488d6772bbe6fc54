"""Processing the queue: real jobs, started in order by a supervisor that may die."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from engine.files import read_json
from engine.home import Home, open_home
from engine.jobs.job import read_job, start_job, stop_job
from engine.jobs.processes import Identity, process_identity, send_signal
from engine.jobs.queue import change_ticket, edit_queue, move_ticket, new_ticket, read_queue
from engine.jobs.supervision import keep_supervised, resume_queue, supervisor_lock
from engine.locks import is_held
from tests.runs.conftest import processes_of

QUICK = ["counts"]
LONG = ["demo"]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home; remaining processes are killed at the end."""
    place = open_home(tmp_path / "home")
    yield place
    for process in processes_of(place):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def until(holds: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def state(home: Home, name: str) -> str:
    return read_job(home, name).state


def span(home: Home, name: str) -> tuple[float, float]:
    """The start and the end time of a job's process."""
    folder = home.jobs / name
    # The start time of a process is relative to a boot time in whole seconds.
    started = (folder / "process.json").stat().st_mtime
    return started, read_json(folder / "ended.json")["t"]


def supervisor(home: Home) -> list[psutil.Process]:
    return [p for p in processes_of(home) if "engine.runs.supervise" in p.cmdline()]


def test_jobs_of_one_device_run_one_after_the_other_in_queue_order(
    home: Home,
) -> None:
    start_job(home, "first", LONG, resource="cpu")
    until(lambda: is_held(home.jobs / "first" / "lock"))
    for name in ("a", "b", "c"):
        start_job(home, name, QUICK, resource="cpu")
    move_ticket(home, "job:c", 0)
    change_ticket(home, "job:a", held=True)
    start_job(home, "light", QUICK)
    until(lambda: state(home, "light") == "finished")
    assert [ticket.name for ticket in read_queue(home)] == ["job:c", "job:a", "job:b"]
    stop_job(home, "first")
    until(lambda: state(home, "b") == "finished")
    assert span(home, "c")[1] <= span(home, "b")[0] + 0.1
    assert read_job(home, "a").note == "On hold"
    change_ticket(home, "job:a", held=False)
    resume_queue(home)
    until(lambda: state(home, "a") == "finished")


def test_a_dependent_job_starts_after_the_other_has_ended_in_any_way(home: Home) -> None:
    start_job(home, "first", ["import", "folder", str(home.root / "nowhere")])
    start_job(home, "second", QUICK, after="job:first")
    until(lambda: state(home, "second") == "finished")
    assert state(home, "first") == "failed"
    assert span(home, "first")[1] <= span(home, "second")[0] + 0.1


def test_a_job_started_now_runs_beside_the_running_one(home: Home) -> None:
    start_job(home, "first", LONG, resource="cpu")
    until(lambda: is_held(home.jobs / "first" / "lock"))
    start_job(home, "second", QUICK, resource="cpu")
    change_ticket(home, "job:second", now=True)
    until(lambda: state(home, "second") == "finished")
    assert state(home, "first") == "running"
    stop_job(home, "first")
    until(lambda: state(home, "first") == "stopped")


def test_a_new_supervisor_takes_over_from_a_killed_one(home: Home) -> None:
    start_job(home, "first", LONG, resource="cpu")
    start_job(home, "second", QUICK, resource="cpu")
    until(lambda: (home.jobs / "first" / "process.json").exists())
    (old,) = supervisor(home)
    old.kill()
    until(lambda: not is_held(supervisor_lock(home)))
    assert state(home, "first") == "running"
    keep_supervised(home)
    until(lambda: supervisor(home))
    until(lambda: is_held(home.jobs / "first" / "lock"))
    assert read_job(home, "second").waiting, "the place of the first is still taken"
    stop_job(home, "first")
    until(lambda: state(home, "first") == "stopped")
    until(lambda: state(home, "second") == "finished")
    assert read_job(home, "first").reason in ("", "Interrupted.", "It was stopped.")


def test_there_is_one_supervisor_and_it_exits_when_idle(home: Home) -> None:
    start_job(home, "first", QUICK)
    for _ in range(10):
        keep_supervised(home)
    until(lambda: state(home, "first") == "finished")
    assert len(supervisor(home)) <= 1
    until(lambda: not processes_of(home))


def test_the_next_supervisor_ends_the_helpers_of_killed_jobs(home: Home) -> None:
    start_job(home, "first", LONG)
    folder = home.jobs / "first"
    until(lambda: (folder / "process.json").exists())
    main = psutil.Process(read_json(folder / "process.json")["pid"])
    until(lambda: main.children())
    helpers = main.children()
    supervisor(home)[0].kill()
    main.kill()
    start_job(home, "second", QUICK)
    until(lambda: not any(helper.is_running() for helper in helpers))
    assert state(home, "first") == "lost"
    until(lambda: state(home, "second") == "finished")


@pytest.mark.slow
def test_a_thousand_waiting_jobs_cost_little_and_all_run(home: Home) -> None:
    start_job(home, "first", LONG, resource="cpu")
    until(lambda: is_held(home.jobs / "first" / "lock"))
    with edit_queue(home) as tickets:
        for number in range(1_000):
            job = home.jobs / f"n{number}"
            job.mkdir()
            (job / "job.json").write_text(
                '{"arguments": ["counts"], "lane": "cpu", "started": 1.0}'
            )
            tickets.append(new_ticket(home, f"job:n{number}", "cpu"))
    keep_supervised(home)
    move_ticket(home, "job:n999", 0)
    (process,) = supervisor(home)
    before = process.cpu_times().user
    time.sleep(2)
    assert process.cpu_times().user - before < 1, "it waits and does not work"
    stop_job(home, "first")
    until(lambda: state(home, "n999") == "finished")
    with edit_queue(home) as tickets:
        assert len(tickets) >= 990
        tickets.clear()
    until(lambda: not processes_of(home))


def test_a_recycled_process_id_is_not_recognised(home: Home) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        mine = process_identity(stranger.pid)
        before = Identity(mine.pid, mine.started - 100, mine.host)
        abroad = Identity(mine.pid, mine.started, "greenhouse")
        for identity in (before, abroad):
            assert identity.processes() == []
            send_signal(signal.SIGKILL, identity.processes())
            assert not identity.is_suspended
        assert stranger.poll() is None, "nobody was harmed"
        os.kill(stranger.pid, signal.SIGSTOP)
        until(lambda: mine.is_suspended)
        send_signal(signal.SIGKILL, mine.processes())
        until(lambda: stranger.poll() is not None)
