"""A home that version 0.1 wrote opens unchanged.

tests/fixtures/home-0.1.tar.xz was made by the commands of that version: 32 drawn photographs of
four species and three known by address, a relabelling, a quality scan, boxes of the preset `mine`,
a preset with the detector `barrier`, a square drawn by hand, the pinned split `first`, three
finished runs (one evaluated on its test part, one with notes), one stopped after 330 steps, one in
the trash, a finished job and an alert.
"""

import json
import os
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT

FIXTURE = PROJECT / "tests" / "fixtures" / "home-0.1.tar.xz"


@pytest.fixture(scope="module")
def old_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("old") / "home"
    with tarfile.open(FIXTURE) as archive:
        archive.extractall(folder, filter="data")
    return folder


def engine(home: Path, *arguments: str) -> Any:
    """The JSON object that a command prints."""
    return json.loads(run_engine(home, *arguments).stdout.splitlines()[-1])


def run_engine(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command, which must succeed."""
    ended = subprocess.run(
        [sys.executable, "-m", "engine", *arguments, "--home", str(home), "--json"],
        cwd=PROJECT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended


def test_its_photographs_are_counted(old_home: Path) -> None:
    counts = engine(old_home, "counts")
    assert counts["images"] == 35
    assert counts["by_state"] == {"cached": 32, "remote": 3}


def test_its_history_of_changes_is_read(old_home: Path) -> None:
    changes = engine(old_home, "curate", "history")
    assert [(change["species"], change["images"]) for change in changes] == [("Rosa gallica", 3)]


def test_its_quality_scan_reads_its_photographs_once_for_their_features(old_home: Path) -> None:
    scan = engine(old_home, "quality", "scan")
    assert scan["measured"] <= scan["images"]
    assert engine(old_home, "quality", "scan")["measured"] == 0


def test_its_split_is_sound_and_pinned(old_home: Path) -> None:
    assert engine(old_home, "split", "check", "first")["ok"]


def test_its_boxes_are_known(old_home: Path) -> None:
    assert engine(old_home, "crop", "fill", "--preset", "fast")["known"] == 32


def test_its_own_presets_still_crop(old_home: Path) -> None:
    for preset in ("mine", "edges"):
        assert engine(old_home, "crop", "fill", "--preset", preset)["failed"] == 0


def test_its_preset_with_a_removed_detector_names_the_replacement(old_home: Path) -> None:
    said = run_engine(old_home, "crop", "fill", "--preset", "edges").stderr
    assert "The preset edges used the detector barrier, which was removed." in said
    assert "barrier" not in run_engine(old_home, "crop", "fill", "--preset", "mine").stderr


def test_its_runs_are_listed_with_their_results(old_home: Path) -> None:
    runs = {run["run_id"]: run for run in engine(old_home, "runs", "list")["runs"]}
    states = {run_id: run["state"] for run_id, run in runs.items()}
    assert states == {
        "first-run": "finished",
        "queued-run": "finished",
        "held-run": "finished",
        "stopped-run": "stopped",
    }
    assert runs["first-run"]["best"]["value"] == pytest.approx(0.5)
    assert runs["stopped-run"]["step"] == 330


def test_its_run_evaluates_photographs_as_before(old_home: Path) -> None:
    judged = engine(old_home, "evaluate", "first-run", "--split", "test")
    assert (judged["images"], judged["top1"]) == (4, 0.75)


def test_its_stopped_run_resumes_at_its_step(old_home: Path) -> None:
    # 330 steps are 55 epochs: two more are enough to show that it continues.
    config = old_home / "runs" / "stopped-run" / "config.yaml"
    config.write_text(config.read_text().replace("epochs: 400", "epochs: 57"))
    run = engine(old_home, "runs", "resume", "stopped-run")
    until = time.monotonic() + 120
    while run["state"] not in ("finished", "failed") and time.monotonic() < until:
        time.sleep(0.5)
        run = engine(old_home, "runs", "show", "stopped-run")
    assert (run["state"], run["step"]) == ("finished", 342), run["reason"]


def test_a_run_is_restored_from_its_trash(old_home: Path) -> None:
    engine(old_home, "runs", "restore", "waiting-run")
    runs = [run["run_id"] for run in engine(old_home, "runs", "list")["runs"]]
    assert "waiting-run" in runs
