import time
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from engine.home import Home, open_home
from engine.jobs.job import Job, delete_job, read_job, start_job, start_job_with_secrets, stop_job
from engine.jobs.queue import change_ticket, read_queue
from engine.jobs.supervision import resume_queue
from engine.locks import is_held


@pytest.fixture
def place(tmp_path: Path) -> Home:
    return open_home(tmp_path / "home")


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "photographs"
    generator = np.random.default_rng(0)
    for species in ("Rosa canina", "Bellis perennis"):
        (folder / species).mkdir(parents=True)
        for number in range(3):
            pixels = generator.integers(0, 255, (40, 50, 3), dtype=np.uint8)
            cv2.imwrite(str(folder / species / f"{number}.png"), pixels)
    return folder


def _ended(home: Home, name: str, seconds: float = 60) -> Job:
    deadline = time.monotonic() + seconds
    while (job := read_job(home, name)).state == "running":
        assert time.monotonic() < deadline, "the job did not end"
        time.sleep(0.05)
    return job


def _started(home: Home, name: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while read_queue(home) or not is_held(home.jobs / name / "lock"):
        assert time.monotonic() < deadline, "the job did not start"
        time.sleep(0.01)


def _processes_naming(path: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(path) in (process.info["cmdline"] or [])
    ]


def test_a_job_that_was_never_started_is_none(place: Home) -> None:
    assert read_job(place, "import").state == "none"


def test_a_job_runs_in_a_separate_process_and_leaves_its_result(
    place: Home, photographs: Path
) -> None:
    assert start_job(place, "import", ["import", "folder", str(photographs)]).state == "running"
    job = _ended(place, "import")
    assert job.state == "finished"
    assert (job.result["added"], job.result["refused"]) == (6, 0)
    assert (job.done, job.total) == (6, 6)


def test_secrets_passed_to_a_job_are_written_nowhere(place: Home) -> None:
    arguments = ["import", "mongo", "env:TOLD", "--database=a", "--collection=b"]
    start_job_with_secrets(
        place, "import", arguments, {"TOLD": "mongodb://ada:hunter2@127.0.0.1:1"}
    )
    ended = _ended(place, "import")
    assert ended.reason.startswith("No MongoDB answers at 127.0.0.1:1")
    written = [path for path in place.root.rglob("*") if path.is_file()]
    assert written
    assert not any(b"hunter2" in path.read_bytes() for path in written)


def test_a_failed_job_leaves_its_message(place: Home, tmp_path: Path) -> None:
    start_job(place, "import", ["import", "folder", str(tmp_path / "nowhere")])
    job = _ended(place, "import")
    assert job.state == "failed"
    assert job.reason == f"The folder {tmp_path / 'nowhere'} does not exist. Check its path."


def test_starting_a_running_job_again_starts_nothing(place: Home, photographs: Path) -> None:
    arguments = ["import", "folder", str(photographs)]
    first = start_job(place, "import", arguments)
    second = start_job(place, "import", arguments)
    assert second.started == first.started
    jobs = [p for p in _processes_naming(place.root) if "import" in p.cmdline()]
    assert len(jobs) <= 1
    assert _ended(place, "import").state == "finished"


def test_a_killed_job_is_lost_and_can_be_started_again(place: Home, photographs: Path) -> None:
    start_job(place, "import", ["import", "folder", str(photographs)])
    _started(place, "import")
    for process in _processes_naming(place.root):
        process.kill()
    assert _ended(place, "import").state == "lost"
    start_job(place, "import", ["import", "folder", str(photographs)])
    assert _ended(place, "import").state == "finished"


def test_a_finished_job_can_be_forgotten(place: Home, photographs: Path) -> None:
    start_job(place, "import", ["import", "folder", str(photographs)])
    _ended(place, "import")
    delete_job(place, "import")
    assert read_job(place, "import").state == "none"


def test_a_waiting_job_is_running_and_reports_that_it_waits(place: Home, photographs: Path) -> None:
    start_job(place, "import", ["import", "folder", str(photographs)], after="run:one")
    change_ticket(place, "job:import", held=True)
    assert [ticket.name for ticket in read_queue(place)] == ["job:import"]
    job = read_job(place, "import")
    assert (job.state, job.waiting, job.note) == ("running", True, "On hold")
    change_ticket(place, "job:import", held=False)
    resume_queue(place)
    assert _ended(place, "import").state == "finished"


def test_the_second_of_two_heavy_jobs_waits_for_the_first(place: Home) -> None:
    start_job(place, "demo", ["demo"], resource="cpu")
    _started(place, "demo")
    start_job(place, "counts", ["counts"], resource="cpu")
    start_job(place, "quick", ["counts"])
    assert _ended(place, "quick").state == "finished"
    assert read_job(place, "counts").waiting
    stop_job(place, "demo")
    assert _ended(place, "counts").state == "finished"


def test_a_job_killed_by_itself_is_lost_with_the_reason(place: Home) -> None:
    start_job(place, "demo", ["demo"])
    _started(place, "demo")
    for process in _processes_naming(place.root):
        if "demo" in process.cmdline():
            process.kill()
    job = _ended(place, "demo")
    assert (job.state, job.reason) == (
        "lost",
        "The system ended the process, probably because memory ran out.",
    )


def test_a_job_can_be_stopped(place: Home) -> None:
    start_job(place, "demo", ["demo"])
    _started(place, "demo")
    stop_job(place, "demo")
    job = _ended(place, "demo")
    assert job.state == "stopped"
    assert job.reason in ("Interrupted.", "It was stopped.")
    assert not (place.jobs / "demo" / "stop").exists()
