"""Runs of two training processes, as the studio starts and stops them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.files import read_json_lines
from engine.home import Home
from engine.jobs.log import log_tail
from engine.locks import is_held
from engine.runs.control import launch_run, resume_run, stop_run
from engine.runs.run import Run, find_run
from engine.settings.files import save
from engine.training.device.launcher import LOOPBACK
from engine.training.state.run_folder import RunFolder

from .conftest import MakeSettings, trainers_of

PROJECT = Path(__file__).resolve().parents[2]
CLOCK = ("t", "attempt", "images_per_second", "waiting", "seconds", "cpu", "memory_bytes")
SHORT = {"processes": 2, "batch_size": 2, "checkpoint_every": 2}


def _wait_for(home: Home, run_id: str, holds: Callable[[Run], bool]) -> Run:
    deadline = time.monotonic() + 120
    while not holds(run := find_run(home, run_id)):
        if time.monotonic() > deadline or run.state in ("failed", "lost"):
            raise AssertionError(f"{run.state}: {run.reason}\n{log_tail(run.folder.log)}")
        time.sleep(0.02)
    return run


def _is_stepping(run: Run) -> bool:
    return run.state == "running" and run.status.step > 3


def _members(run: Run) -> list[psutil.Process]:
    """The training processes without their leader."""
    leader = psutil.Process(run.status.pid)
    return [child for child in leader.children() if "--folder" in child.cmdline()]


def _points(run: Run) -> dict[tuple[str, int], dict[str, Any]]:
    return {
        (line["split"], line["step"]): {k: v for k, v in line.items() if k not in CLOCK}
        for line in read_json_lines(run.folder.metrics)
    }


@pytest.mark.slow
@pytest.mark.alone
def test_a_killed_process_resets_all_to_the_last_checkpoint_without_any_difference(
    planted: Home, make_settings: MakeSettings
) -> None:
    # Long enough that it is not finished before one of them is killed.
    launch_run(planted, make_settings(10, **SHORT), "broken")
    run = _wait_for(planted, "broken", _is_stepping)
    members = _members(run)
    assert len(members) == 2
    members[-1].kill()
    again = _wait_for(planted, "broken", lambda run: run.state == "finished")
    assert again.status.attempt == 2
    warnings = [line for line in log_tail(again.folder.log).splitlines() if "WARNING" in line]
    assert "Process 2 of 2 was ended by SIGKILL. All start again" in warnings[0]
    launch_run(planted, make_settings(10, **SHORT), "through")
    through = _wait_for(planted, "through", lambda run: run.state == "finished")
    assert _points(again) == _points(through)


# Executed when Python starts: the second process can train on only one photograph at a time.
LITTLE_MEMORY = """
import os

if os.environ.get("RANK") == "1":
    import torch
    from engine.training.optim.step import Learner

    step = Learner.step

    def limited(self, batches, *others):
        arrived = list(batches)
        if max(len(batch.labels) for batch in arrived) > 1:
            raise torch.OutOfMemoryError("out of memory")
        step(self, arrived, *others)

    Learner.step = limited
"""


@pytest.mark.slow
@pytest.mark.alone
def test_out_of_memory_in_one_process_restarts_all_with_smaller_passes(
    planted: Home, make_settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(LITTLE_MEMORY)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{PROJECT}")
    # From 16 to 1: more often than a process may die without a checkpoint in between.
    launch_run(planted, make_settings(1, **SHORT | {"batch_size": 16}), "tight")
    run = _wait_for(planted, "tight", lambda run: run.state == "finished")
    assert run.status.attempt == 5
    told = log_tail(run.folder.log)
    assert "A process ran out of memory. All start again at the last checkpoint" in told
    assert "passes take 1 photographs from now on" in told


@pytest.mark.slow
@pytest.mark.alone
def test_stopping_ends_all_processes_and_the_run_can_be_resumed(
    planted: Home, make_settings: MakeSettings
) -> None:
    launch_run(planted, make_settings(10_000, **SHORT), "one")
    run = _wait_for(planted, "one", _is_stepping)
    processes = [psutil.Process(run.status.pid), *_members(run)]
    stopped = stop_run(planted, "one")
    assert stopped.state == "stopped"
    assert stopped.can_resume
    assert psutil.wait_procs(processes, timeout=30)[1] == []
    assert not trainers_of(planted)
    resume_run(planted, "one")
    again = _wait_for(
        planted, "one", lambda run: _is_stepping(run) and run.status.step > stopped.status.step
    )
    # After its leader is gone, no process trains beside the run's next attempt.
    members = _members(again)
    psutil.Process(again.status.pid).kill()
    gone, alive = psutil.wait_procs(members, timeout=30)
    assert len(gone) == 2
    assert not alive
    failed = _wait_for(planted, "one", lambda run: run.state == "failed")
    assert "memory ran out" in failed.reason
    assert not is_held(again.folder.lock)


@pytest.mark.slow
@pytest.mark.alone
def test_machines_under_torchrun_continue_after_one_lost_its_process(
    planted: Home, make_settings: MakeSettings, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    save(make_settings(12, **SHORT), config)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        endpoint = f"localhost:{probe.getsockname()[1]}"
    torchrun = [str(Path(sys.executable).with_name("torchrun")), "--nnodes", "2"]
    torchrun += ["--nproc-per-node", "1", "--max-restarts", "3", "--local-addr", "localhost"]
    torchrun += ["--rdzv-id", "one", "--rdzv-backend", "c10d", "--rdzv-endpoint", endpoint]
    engine = ["-m", "engine", "train", "--config", str(config), "--run-id", "one"]
    with (tmp_path / "machines.txt").open("wb") as out:
        machines = [
            subprocess.Popen(
                [*torchrun, *engine, "--home", str(planted.root)],
                cwd=PROJECT,
                env={**os.environ, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": LOOPBACK},
                stdout=out,
                stderr=out,
            )
            for _ in range(2)
        ]
    folder, until = RunFolder(planted.runs / "one"), time.monotonic() + 120
    while not folder.last.exists():
        assert time.monotonic() < until, (tmp_path / "machines.txt").read_text()
        time.sleep(0.02)
    psutil.Process(machines[1].pid).children()[0].kill()
    assert [machine.wait(200) for machine in machines] == [0, 0]
    status = folder.read_status()
    assert status.state == "finished"
    assert status.attempt >= 2
