"""Progress of work: in the file of its job, on a terminal's standard error, or nowhere."""

import json
from pathlib import Path

import pytest

from engine.home import Home
from engine.jobs.job import read_job
from engine.language.current import language_set
from engine.language.message import message
from engine.locks import claim
from engine.progress import JOB_VARIABLE, ProgressReport, silent

PLANTING = message("Planting")


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(JOB_VARIABLE, str(tmp_path))
    return tmp_path / "progress.json"


def test_a_background_job_writes_progress_to_its_folder(job: Path) -> None:
    ProgressReport()(3, 10, PLANTING)
    assert json.loads(job.read_text()) == {
        "done": 3,
        "total": 10,
        "note": "Planting",
        "message": PLANTING.record(),
    }


def test_the_end_is_reported_at_once_and_intermediate_steps_at_intervals(job: Path) -> None:
    report = ProgressReport()
    for done in range(1, 11):
        report(done, 10, PLANTING)
        if done == 9:
            assert json.loads(job.read_text())["done"] == 1
    assert json.loads(job.read_text())["done"] == 10


def test_work_of_unknown_length_does_not_write_at_every_step(job: Path) -> None:
    report = ProgressReport()
    for done in range(1, 100):
        report(done, 0, PLANTING)
    assert json.loads(job.read_text())["done"] < 99


def test_nothing_is_printed_without_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(JOB_VARIABLE, raising=False)
    report = ProgressReport()
    report(1, 2, PLANTING)
    report.close()
    silent(1, 2, PLANTING)
    assert capsys.readouterr() == ("", "")


def test_a_note_is_shown_in_the_language_of_the_reader(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home.jobs / "measure"
    folder.mkdir(parents=True)
    (folder / "job.json").write_text('{"started": 1, "arguments": []}')
    monkeypatch.setenv(JOB_VARIABLE, str(folder))
    lock = claim(folder / "lock")
    ProgressReport()(1, 2, message("Measuring the crop {preset}", preset="fast"))
    assert lock is not None
    assert json.loads((folder / "progress.json").read_text())["note"] == "Measuring the crop fast"
    assert read_job(home, "measure").note == "Measuring the crop fast"
    with language_set("es"):
        assert read_job(home, "measure").note == "Midiendo el recorte fast"
