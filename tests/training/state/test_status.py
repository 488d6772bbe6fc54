"""status.json."""

import json
from pathlib import Path

import pytest

from engine.errors import BadInput
from engine.training.state.status import Status, StatusFile, read_status, write_status


def fresh_file(folder: Path) -> StatusFile:
    write_status(folder / "status.json", Status("run"))
    return StatusFile(folder / "status.json", Status("run"))


def test_a_status_is_read_back_unchanged(tmp_path: Path) -> None:
    status = Status("run", state="running", step=3, last={"loss": 1.5})
    write_status(tmp_path / "status.json", status)
    assert read_status(tmp_path / "status.json") == status


def test_keys_of_another_version_are_ignored(tmp_path: Path) -> None:
    (tmp_path / "status.json").write_text(json.dumps({"run_id": "run", "weather": "fine"}))
    assert read_status(tmp_path / "status.json") == Status("run")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"state": "running"}'])
def test_a_damaged_status_is_rejected_with_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "status.json").write_text(text)
    with pytest.raises(BadInput):
        read_status(tmp_path / "status.json")


def test_notes_in_quick_succession_are_written_once(tmp_path: Path) -> None:
    file = fresh_file(tmp_path)
    file.begin()
    for step in range(50):
        file.note(step=step)
    assert file.status.step == 49
    assert read_status(tmp_path / "status.json").step == 0
    file.end("finished", 0)
    assert read_status(tmp_path / "status.json").step == 49


def test_each_start_is_an_attempt_and_resets_the_end_of_the_last_one(tmp_path: Path) -> None:
    file = fresh_file(tmp_path)
    file.begin()
    file.end("failed", 1, "The disk is full.")
    file.begin()
    assert (file.status.attempt, file.status.reason, file.status.ended) == (2, "", None)
