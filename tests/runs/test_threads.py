"""The CPU threads of runs as real processes."""

import os
import sys

import pytest

from engine.home import Home
from engine.openmp import WAIT_POLICY
from engine.runs.control import launch
from engine.training.thread_choice import candidates, divided_threads, most_threads

from .conftest import MakeSettings, wait_for


@pytest.fixture(autouse=True)
def _silent_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that says nothing of threads, and lets OpenMP print what it goes by as it is loaded."""
    for variable in (WAIT_POLICY, "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("OMP_DISPLAY_ENV", "TRUE")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="torch brings GNU's OpenMP on Linux")
def test_a_run_in_the_background_waits_passively_and_tries_its_threads(
    planted: Home, make_settings: MakeSettings
) -> None:
    launch(planted, make_settings(threads=None), "one")
    run = wait_for(planted, "one", lambda run: run.state == "finished")
    assert "OMP_WAIT_POLICY = 'PASSIVE'" in run.folder.log.read_text()
    assert set(run.status.thread_speeds) == set(map(str, candidates(most_threads())))
    assert str(run.status.threads) in run.status.thread_speeds


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="torch brings GNU's OpenMP on Linux")
def test_processes_that_train_together_wait_passively_and_divide_the_cores(
    planted: Home, make_settings: MakeSettings
) -> None:
    launch(planted, make_settings(threads=None, processes=2), "one")
    run = wait_for(planted, "one", lambda run: run.state in ("finished", "failed"), 180)
    assert run.state == "finished", run.reason
    log = run.folder.log.read_text()
    # The one that leads them, and the two that train.
    assert log.count("OMP_WAIT_POLICY = 'PASSIVE'") == 3
    assert log.count(f"OMP_NUM_THREADS = '{divided_threads(2)}'") == 2
    assert run.status.threads == divided_threads(2)
    assert "OMP_NUM_THREADS" not in os.environ
