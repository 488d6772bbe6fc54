"""Waiting threads sleep soon."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.openmp import SPIN_COUNT, WAIT_POLICY, wait_passively

PROJECT = Path(__file__).resolve().parents[1]


def test_waiting_threads_sleep_unless_the_user_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(WAIT_POLICY, raising=False)
    monkeypatch.delenv(SPIN_COUNT, raising=False)
    wait_passively()
    assert os.environ[WAIT_POLICY] == "PASSIVE"
    # GNU's default of 300,000 spins occupies the cores of a busy machine; zero spins cost an idle
    # machine a third of its speed.
    assert 0 < int(os.environ[SPIN_COUNT]) <= 10_000
    monkeypatch.delenv(SPIN_COUNT)
    for decided in ("ACTIVE", "PASSIVE"):
        monkeypatch.setenv(WAIT_POLICY, decided)
        wait_passively()
        assert os.environ[WAIT_POLICY] == decided
        assert SPIN_COUNT not in os.environ


@pytest.mark.skipif(sys.platform != "linux", reason="torch brings GNU's OpenMP on Linux")
@pytest.mark.parametrize(("asked", "found"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_the_command_line_sets_up_openmp_before_torch_loads_it(
    asked: str | None, found: str, tmp_path: Path
) -> None:
    environment = {key: value for key, value in os.environ.items() if key != WAIT_POLICY}
    if asked:
        environment[WAIT_POLICY] = asked
    # OpenMP prints its settings when it is loaded.
    environment["OMP_DISPLAY_ENV"] = "TRUE"
    config = PROJECT / "configs" / "demo.yaml"
    command = [sys.executable, "-m", "engine", "train", "--config", str(config), "--dry-run"]
    ended = subprocess.run(
        [*command, "--home", str(tmp_path)],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"OMP_WAIT_POLICY = '{found}'" in ended.stderr
