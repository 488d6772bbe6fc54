"""Failure drills with real processes: afterwards nothing is orphaned, lost or reported wrongly."""

import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest

from engine.errors import WorkFailed
from engine.home import Home
from engine.jobs.failure import explain_failure
from engine.jobs.job import start_job
from engine.jobs.processes import Identity
from engine.jobs.supervision import supervisor_lock
from engine.locks import is_held
from engine.runs.control import ask_to_stop, launch_run, resume_run, stop_run
from engine.runs.run import Run, find_run, list_runs
from engine.runs.trash import delete_run
from engine.settings.run import RunSettings
from engine.training.state.checkpoint import open_checkpoint
from engine.training.state.run_folder import RunFolder
from tests.conftest import PROJECT, Mount, freeze

from . import stubborn
from .conftest import MakeSettings, processes_of, stepping, wait_for

pytestmark = pytest.mark.slow
LONG = 10_000


def with_loaders(settings: RunSettings) -> RunSettings:
    return settings.model_copy(update={"data": settings.data.model_copy(update={"workers": 2})})


def all_of(run: Run) -> list[psutil.Process]:
    """The process of the trainer and those of its loaders."""
    assert run.status.pid is not None and run.status.pid_started is not None
    return Identity(run.status.pid, run.status.pid_started, run.status.host).processes()


def with_its_loaders(run: Run) -> list[psutil.Process]:
    """The same, at a moment when the loaders exist: each epoch starts new ones."""
    deadline = time.monotonic() + 60
    while len(found := all_of(run)) < 3:
        assert time.monotonic() < deadline, "no loaders came"
    return found


def gone(processes: list[psutil.Process], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def saved_step(run: Run) -> int:
    """The step of the last checkpoint, which must be complete."""
    return open_checkpoint(run.folder.last).position.step


@pytest.fixture
def started(planted: Home, make_settings: MakeSettings) -> Run:
    """A run with two loaders that has saved a checkpoint and continues."""
    settings = with_loaders(make_settings(LONG, checkpoint_every=2))
    launch_run(planted, settings, "one")
    return wait_for(planted, "one", lambda run: stepping(run) and run.folder.last.exists())


def goes_on(home: Home, after: int) -> Run:
    return wait_for(home, "one", lambda run: stepping(run) and run.status.step > after)


def ends_well(home: Home) -> None:
    """A stop request saves and leaves no process."""
    processes = all_of(find_run(home, "one"))
    stopped = stop_run(home, "one")
    assert (stopped.state, stopped.reason) == ("stopped", "Stopped on request, after saving.")
    assert saved_step(stopped) == stopped.status.step
    assert gone(processes)


def test_the_supervisor_is_killed(planted: Home, started: Run) -> None:
    for process in processes_of(planted):
        if "engine.runs.supervise" in process.cmdline():
            process.kill()
    goes_on(planted, started.status.step + 5)
    assert not is_held(supervisor_lock(planted))
    ends_well(planted)


def test_the_trainer_is_killed(planted: Home, started: Run) -> None:
    processes = with_its_loaders(started)
    psutil.Process(started.status.pid).kill()
    failed = wait_for(planted, "one", lambda run: run.state == "failed")
    assert "memory ran out" in failed.reason
    assert gone(processes)
    step = saved_step(failed)
    resume_run(planted, "one")
    assert goes_on(planted, step).status.attempt == 2
    ends_well(planted)


def test_a_loader_is_killed(planted: Home, started: Run) -> None:
    processes = with_its_loaders(started)
    next(p for p in processes if p.pid != started.status.pid).kill()
    run = wait_for(
        planted,
        "one",
        lambda run: run.state == "failed" or run.status.step > started.status.step + 50,
    )
    if run.state == "failed":
        assert explain_failure(run.why, run.folder.log).next_step
        assert gone(processes)
        resume_run(planted, "one")
        goes_on(planted, saved_step(run))
    ends_well(planted)


def test_all_processes_are_killed_at_once(planted: Home, started: Run) -> None:
    processes = [*processes_of(planted), *with_its_loaders(started)]
    for process in processes:
        process.send_signal(signal.SIGKILL)
    lost = wait_for(planted, "one", lambda run: run.state == "lost")
    assert gone(processes)
    assert lost.can_resume
    step = saved_step(lost)
    resume_run(planted, "one")
    assert goes_on(planted, step).status.attempt == 2
    ends_well(planted)


def test_the_trainer_is_suspended_and_continued(planted: Home, started: Run) -> None:
    trainer = psutil.Process(started.status.pid)
    trainer.suspend()
    halted = wait_for(planted, "one", lambda run: run.is_suspended)
    assert halted.state == "running", "it holds its lock"
    time.sleep(1)
    step = find_run(planted, "one").status.step
    trainer.resume()
    assert not goes_on(planted, step + 3).is_suspended
    ends_well(planted)


def test_a_run_that_ignores_the_stop_request_and_sigterm_is_killed(planted: Home) -> None:
    command = [sys.executable, stubborn.__file__, str(planted.runs / "deaf")]
    (planted.runs / "deaf").mkdir()
    RunFolder(planted.runs / "deaf").config.write_text("name: deaf\n")
    environment = {"PYTHONPATH": str(PROJECT)}
    with subprocess.Popen(command, env=environment, start_new_session=True) as deaf:
        wait_for(planted, "deaf", lambda run: run.state == "running")
        ask_to_stop(planted, "deaf", ask_seconds=0.5, term_seconds=0.5)
        ended = wait_for(planted, "deaf", lambda run: run.state == "stopped")
        assert ended.reason.startswith("It did not respond for 1 s and was killed")
        assert deaf.wait(10) == -signal.SIGKILL
    assert not ended.folder.stop.exists()


def test_the_disk_fills_up_and_has_space_again(
    planted: Home, make_settings: MakeSettings, mounted: Mount
) -> None:
    mounted(planted.runs, "-t", "tmpfs", "-o", "size=64m", "tmpfs")
    launch_run(planted, make_settings(LONG, checkpoint_every=2), "one")
    wait_for(planted, "one", lambda run: stepping(run) and run.folder.last.exists())
    filler = planted.runs / "filler"
    with filler.open("wb", buffering=0) as stream, pytest.raises(OSError, match="No space left"):
        while True:
            stream.write(bytes(100_000))
    processes = all_of(find_run(planted, "one"))
    full = wait_for(planted, "one", lambda run: run.state in ("failed", "lost"))
    if full.state == "failed":
        assert "Make room" in str(explain_failure(full.why, full.folder.log).next_step)
    assert gone(processes)
    step = saved_step(full)
    filler.unlink()
    resume_run(planted, "one")
    goes_on(planted, step)
    ends_well(planted)


def test_a_read_only_home_is_shown_and_refuses_with_a_message(
    planted: Home, make_settings: MakeSettings, mounted: Mount
) -> None:
    launch_run(planted, make_settings(1), "one")
    wait_for(planted, "one", lambda run: run.state == "finished")
    deadline = time.monotonic() + 20
    while processes_of(planted) and time.monotonic() < deadline:
        time.sleep(0.1)
    freeze(mounted, planted.root)
    assert [run.state for run in list_runs(planted)] == ["finished"]
    for attempt in (
        lambda: launch_run(planted, make_settings(1), "two"),
        lambda: start_job(planted, "counts", ["counts"]),
        lambda: delete_run(planted, "one"),
    ):
        with pytest.raises(WorkFailed, match="Read-only file system"):
            attempt()
    assert [run.run_id for run in list_runs(planted)] == ["one"]


def test_a_folder_deleted_under_its_run_ends_it(planted: Home, started: Run) -> None:
    processes = with_its_loaders(started)
    while started.folder.status.exists():
        # The run may add a file while the folder is emptied.
        shutil.rmtree(started.folder.root, ignore_errors=True)
    assert gone(processes)
    assert list_runs(planted) == []
    assert not started.folder.status.exists()
