import subprocess
import sys
from pathlib import Path

import psutil

from engine.home import Home
from engine.jobs.work import RunWork, work_of
from engine.training.state.run_lock import LED_VARIABLE

IDLE = [sys.executable, "-c", "import time; time.sleep(60)"]


def _led(run: Path) -> "subprocess.Popen[bytes]":
    """A process of its own session that nobody but its environment ties to a run."""
    return subprocess.Popen(IDLE, env={LED_VARIABLE: str(run)}, start_new_session=True)


def test_the_processes_that_outlive_their_leader_end_with_their_run_and_no_other(
    home: Home,
) -> None:
    work = work_of(home, "run:mine")
    assert isinstance(work, RunWork)
    with _led(home.runs / "mine") as mine, _led(home.runs / "other") as other:
        assert work.processes() == [psutil.Process(mine.pid)]
        work.kill_rest()
        assert mine.poll() is not None
        assert other.poll() is None
        other.kill()
