"""The supervisor works with any launcher: here with the example of docs/launchers.md."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.home import Home, open_home
from engine.jobs.job import read_job, start_job, stop_job
from engine.jobs.launcher import Launcher, Location
from engine.jobs.stop_request import StopRequest, write_stop_request
from engine.jobs.supervision import supervisor_lock
from engine.jobs.supervisor import Supervisor
from engine.locks import claim, is_held, release
from engine.runs.control import launch_run
from engine.runs.run import find_run
from tests.runs.conftest import MakeSettings, processes_of

PROJECT = Path(__file__).resolve().parents[2]
DOCUMENT = PROJECT / "docs" / "launchers.md"
SUPERVISE = """
import sys
from pathlib import Path
from engine.home import open_home
from tests.jobs.test_launcher import supervisor_of_example
supervisor_of_example(open_home(Path(sys.argv[1]))).run()
"""


class Unwatched:
    """A watcher that reports to nobody."""

    def check(self, names: list[str]) -> None: ...

    def check_one(self, name: str) -> None: ...


def documented_launcher() -> Launcher:
    """The launcher from the document."""
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, str(DOCUMENT), "exec"), names)
    launcher: Launcher = names["ShellLauncher"]()
    return launcher


def supervisor_of_example(home: Home) -> Supervisor:
    return Supervisor(home, Unwatched(), documented_launcher())


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Home]:
    """A home with the supervisor of the test; remaining processes are killed at the end."""
    home = open_home(tmp_path / "home")
    lock = claim(supervisor_lock(home))
    assert lock is not None
    yield home
    release(lock)
    for process in processes_of(home):
        process.kill()


def work_until(supervisor: Supervisor, holds: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        supervisor.tick()
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.05)


def is_there(home: Home, name: str) -> bool:
    """Whether the command of the job has started."""
    return (home.jobs / name / "process.json").exists()


def test_a_job_runs_to_its_end_and_leaves_its_result(alone: Home) -> None:
    supervisor = supervisor_of_example(alone)
    start_job(alone, "one", ["counts"])
    work_until(supervisor, lambda: read_job(alone, "one").state == "finished")
    assert read_job(alone, "one").result["images"] == 0
    assert not is_held(alone.jobs / "one" / "lock")


def test_a_failed_job_reports_its_reason(alone: Home) -> None:
    start_job(alone, "one", ["import", "folder", str(alone.root / "nowhere")])
    work_until(supervisor_of_example(alone), lambda: read_job(alone, "one").state != "running")
    assert read_job(alone, "one").state == "failed"
    assert "nowhere" in read_job(alone, "one").reason


def test_a_job_is_interrupted_and_its_processes_end(alone: Home) -> None:
    supervisor = supervisor_of_example(alone)
    start_job(alone, "one", ["demo"])
    work_until(supervisor, lambda: is_there(alone, "one"))
    stop_job(alone, "one")
    work_until(supervisor, lambda: read_job(alone, "one").state == "stopped")
    work_until(supervisor, lambda: not processes_of(alone))


def test_a_suspended_job_is_killed_after_the_request_and_sigterm(alone: Home) -> None:
    supervisor = supervisor_of_example(alone)
    start_job(alone, "one", ["demo"])
    work_until(supervisor, lambda: is_there(alone, "one"))
    for process in processes_of(alone):
        process.suspend()
    request = StopRequest(time.time(), ask_seconds=0.2, term_seconds=0.2)
    write_stop_request(alone.jobs / "one" / "stop", request)
    work_until(supervisor, lambda: read_job(alone, "one").state == "stopped")
    assert not processes_of(alone)


def test_a_new_supervisor_takes_over_from_a_killed_one(alone: Home) -> None:
    start_job(alone, "one", ["demo"])
    first = subprocess.Popen([sys.executable, "-c", SUPERVISE, str(alone.root)], cwd=PROJECT)
    deadline = time.monotonic() + 60
    while not is_there(alone, "one"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    first.kill()
    first.wait()
    assert read_job(alone, "one").state == "running"
    where = documented_launcher().where(alone.jobs / "one")
    assert psutil.pid_exists(int(where.process))
    assert documented_launcher().where(alone.jobs / "two") == Location()
    second = supervisor_of_example(alone)
    stop_job(alone, "one")
    work_until(second, lambda: read_job(alone, "one").state == "stopped")
    assert second.tick() is False, "nothing is left to do"


@pytest.mark.slow
def test_a_run_trains_and_another_is_stopped_by_its_request(
    planted: Home, make_settings: MakeSettings
) -> None:
    lock = claim(supervisor_lock(planted))
    assert lock is not None
    supervisor = supervisor_of_example(planted)
    launch_run(planted, make_settings(1), "short")
    work_until(supervisor, lambda: find_run(planted, "short").state == "finished", 120)
    launch_run(planted, make_settings(10_000), "long")
    work_until(supervisor, lambda: find_run(planted, "long").status.step > 3, 120)
    write_stop_request(find_run(planted, "long").folder.stop, StopRequest(time.time()))
    work_until(supervisor, lambda: find_run(planted, "long").state == "stopped", 120)
    assert find_run(planted, "long").can_resume
    release(lock)
