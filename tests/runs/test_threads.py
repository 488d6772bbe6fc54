"""The CPU threads of runs as real processes."""

import os
import sys
from pathlib import Path

import pytest

from engine.home import Home
from engine.openmp import WAIT_POLICY
from engine.runs.control import launch_run
from engine.training.thread_choice import candidates, divided_threads, most_threads

from .conftest import MakeSettings, wait_for

NOTE_THREADS = """
import atexit, os, sys
from pathlib import Path

def note():
    if "RANK" in os.environ and "torch" in sys.modules:
        threads = sys.modules["torch"].get_num_threads()
        Path(__file__).with_name("rank-" + os.environ["RANK"]).write_text(str(threads))

atexit.register(note)
"""


@pytest.fixture(autouse=True)
def _silent_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without thread variables that makes OpenMP print its settings when it is
    loaded.
    """
    for variable in (WAIT_POLICY, "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("OMP_DISPLAY_ENV", "TRUE")


@pytest.fixture
def threads_of_ranks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which every training process records the number of torch threads when it ends.

    The output of OpenMP itself comes in pieces, which two processes interleave in one log.
    """
    folder = tmp_path / "threads"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(NOTE_THREADS)
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
    return folder


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.skipif(sys.platform != "linux", reason="torch brings GNU's OpenMP on Linux")
def test_a_run_in_the_background_waits_passively_and_tries_its_threads(
    planted: Home, make_settings: MakeSettings
) -> None:
    launch_run(planted, make_settings(threads=None), "one")
    run = wait_for(planted, "one", lambda run: run.state == "finished")
    assert "OMP_WAIT_POLICY = 'PASSIVE'" in run.folder.log.read_text()
    assert set(run.status.thread_speeds) == set(map(str, candidates(most_threads())))
    assert str(run.status.threads) in run.status.thread_speeds


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.skipif(sys.platform != "linux", reason="torch brings GNU's OpenMP on Linux")
def test_processes_that_train_together_wait_passively_and_divide_the_cores(
    planted: Home, make_settings: MakeSettings, threads_of_ranks: Path
) -> None:
    launch_run(planted, make_settings(threads=None, processes=2), "one")
    run = wait_for(planted, "one", lambda run: run.state in ("finished", "failed"), 180)
    assert run.state == "finished", run.reason
    # The leader and the two training processes.
    assert run.folder.log.read_text().count("OMP_WAIT_POLICY = 'PASSIVE'") == 3
    given = [note.read_text() for note in threads_of_ranks.glob("rank-*")]
    assert given == [str(divided_threads(2))] * 2
    assert run.status.threads == divided_threads(2)
    assert "OMP_NUM_THREADS" not in os.environ
