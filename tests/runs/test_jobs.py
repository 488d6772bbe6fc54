import time
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from engine.home import Home, open_home
from engine.runs.jobs import Job, forget_job, read_job, start_job


@pytest.fixture
def place(tmp_path: Path) -> Home:
    return open_home(tmp_path / "home")


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "photographs"
    for species in ("Rosa canina", "Bellis perennis"):
        (folder / species).mkdir(parents=True)
        for number in range(3):
            pixels = np.random.default_rng(number).integers(0, 255, (40, 50, 3), dtype=np.uint8)
            cv2.imwrite(str(folder / species / f"{number}.png"), pixels)
    return folder


def _ended(home: Home, name: str, seconds: float = 60) -> Job:
    deadline = time.monotonic() + seconds
    while (job := read_job(home, name)).state == "running":
        assert time.monotonic() < deadline, "the job did not end"
        time.sleep(0.05)
    return job


def _processes_naming(path: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(path) in (process.info["cmdline"] or [])
    ]


def test_a_job_nobody_started_is_none(place: Home) -> None:
    assert read_job(place, "import").state == "none"


def test_a_job_runs_apart_and_leaves_its_result(place: Home, photographs: Path) -> None:
    assert start_job(place, "import", ["import", "folder", str(photographs)]).state == "running"
    job = _ended(place, "import")
    assert job.state == "finished"
    assert (job.result["added"], job.result["refused"]) == (6, 0)
    assert (job.done, job.total) == (6, 6)


def test_a_job_that_fails_leaves_its_sentence(place: Home, tmp_path: Path) -> None:
    start_job(place, "import", ["import", "folder", str(tmp_path / "nowhere")])
    job = _ended(place, "import")
    assert job.state == "failed"
    assert job.reason == f"There is no folder {tmp_path / 'nowhere'}."


def test_starting_a_running_job_again_starts_nothing(place: Home, photographs: Path) -> None:
    arguments = ["import", "folder", str(photographs)]
    first = start_job(place, "import", arguments)
    second = start_job(place, "import", arguments)
    assert second.started == first.started
    assert len(_processes_naming(place.root)) <= 1
    assert _ended(place, "import").state == "finished"


def test_a_killed_job_is_lost_and_can_be_started_again(place: Home, photographs: Path) -> None:
    start_job(place, "import", ["import", "folder", str(photographs)])
    for process in _processes_naming(place.root):
        process.kill()
    assert _ended(place, "import").state == "lost"
    start_job(place, "import", ["import", "folder", str(photographs)])
    assert _ended(place, "import").state == "finished"


def test_a_job_that_has_ended_can_be_forgotten(place: Home, photographs: Path) -> None:
    start_job(place, "import", ["import", "folder", str(photographs)])
    _ended(place, "import")
    forget_job(place, "import")
    assert read_job(place, "import").state == "none"
