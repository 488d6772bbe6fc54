"""Detached processes of this machine: started, watched, ended, and found again by folder."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from engine.home import Home
from engine.jobs.launcher import Launch, Location
from engine.jobs.local_launcher import LocalLauncher, kill_rest, processes_of
from engine.locks import claim, is_held
from engine.training.state.run_lock import RANK_RUN_VARIABLE

IDLE = [sys.executable, "-c", "import time; time.sleep(60)"]


def _led(run: Path) -> "subprocess.Popen[bytes]":
    """A process in its own session that only its environment links to a run."""
    return subprocess.Popen(IDLE, env={RANK_RUN_VARIABLE: str(run)}, start_new_session=True)


def _start(launcher: LocalLauncher, home: Home, *arguments: str, gpu: str = "") -> Path:
    folder = home.jobs / "one"
    lock = claim(folder / "lock")
    assert lock is not None
    launcher.start(
        Launch(folder, (*arguments, "--home", str(home.root)), folder / "output.txt", gpu=gpu), lock
    )
    return folder


def _wait_for_end(launcher: LocalLauncher, folder: Path) -> None:
    deadline = time.monotonic() + 60
    while launcher.is_alive(folder):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_processes_that_outlive_their_leader_end_with_their_run_and_no_others_do(
    home: Home,
) -> None:
    with _led(home.runs / "mine") as mine, _led(home.runs / "other") as other:
        assert processes_of(home.runs / "mine") == [psutil.Process(mine.pid)]
        kill_rest(home.runs / "mine")
        assert mine.poll() is not None
        assert other.poll() is None
        other.kill()


def test_a_process_lives_until_it_ends_and_its_exit_status_is_known(home: Home) -> None:
    launcher = LocalLauncher()
    folder = _start(launcher, home, "import", "folder", str(home.root / "nowhere"), gpu="1,0")
    assert launcher.is_alive(folder)
    pid = int(launcher.where(folder).process)
    assert launcher.where(folder) == Location(os.uname().nodename, str(pid), "1,0")
    assert psutil.Process(pid).environ()["CUDA_VISIBLE_DEVICES"] == "1,0"
    _wait_for_end(launcher, folder)
    assert launcher.reap(folder) == 2
    assert not is_held(folder / "lock")
    assert not psutil.pid_exists(pid)
    assert "nowhere" in (folder / "log.txt").read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_process_is_stopped_or_killed_by_a_launcher_that_did_not_start_it(
    home: Home, number: signal.Signals
) -> None:
    first, second = LocalLauncher(), LocalLauncher()
    folder = _start(first, home, "demo")
    assert second.is_alive(folder)
    if number == signal.SIGKILL:
        second.kill(folder)
    else:
        second.stop(folder, number)
    _wait_for_end(second, folder)
    assert second.reap(folder) is None, "only who started it is told its exit status"
    assert first.reap(folder) == -number


def test_nothing_is_known_if_nothing_was_started(home: Home) -> None:
    launcher = LocalLauncher()
    assert launcher.where(home.jobs / "none") == Location()
    assert not launcher.is_alive(home.jobs / "none")
    launcher.kill(home.jobs / "none")
    assert launcher.reap(home.jobs / "none") is None
