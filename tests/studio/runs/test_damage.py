"""The page with files truncated by a power cut, and with deleted folders."""

import shutil
from pathlib import Path

import pytest

from engine.files import write_json
from engine.home import Home
from engine.jobs.job import read_job
from engine.jobs.queue import edit_queue, new_ticket
from engine.jobs.stop_request import StopRequest, write_stop_request
from engine.runs.notes import Notes, write_notes
from tests.studio.conftest import OpenPage
from tests.studio.runs.drawn_run import ended_run


def files_of(home: Home) -> list[Path]:
    return [
        path
        for folder in (home.runs / "one", home.jobs, home.queue)
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("lock", "queue.lock", "bell")
    ]


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.98])
def test_truncated_files_cause_no_traceback(open_page: OpenPage, home: Home, kept: float) -> None:
    folder = ended_run(home, "one", "failed", reason="The disk is full.")
    folder.log.write_text(
        "2026-11-25 09:46:00,000 WARNING One.\nTraceback (most recent call last):"
    )
    write_notes(folder, Notes("A note", ("tag",), True))
    write_json(folder.evaluation / "test.json", {"images": 60})
    write_json(folder.root / "process.json", {"pid": 1, "started": 0.0, "host": "vm"})
    write_stop_request(folder.stop, StopRequest(0.0))
    job = home.jobs / "evaluate-one"
    write_json(job / "job.json", {"arguments": ["evaluate", "one"], "started": 1.0})
    write_json(job / "ended.json", {"exit_status": 1, "reason": "No.", "t": 2.0})
    write_json(job / "progress.json", {"done": 1, "total": 2, "note": "one"})
    with edit_queue(home) as tickets:
        ticket = new_ticket(home, "run:one", "cpu")
        tickets.append(type(ticket)(**{**vars(ticket), "held": True}))
    torn = files_of(home)
    assert len(torn) >= 10
    for path in torn:
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * kept)])
    app = open_page("runs", run="one")
    assert not app.exception
    assert app.radio[0].value == "one"
    assert read_job(home, "evaluate-one").state in ("none", "lost", "failed", "damaged")


def test_a_folder_deleted_under_an_open_page_is_reported(open_page: OpenPage, home: Home) -> None:
    ended_run(home, "two")
    ended_run(home, "one")
    app = open_page("runs", run="one")
    shutil.rmtree(home.runs / "one")
    app.run()
    assert not app.exception
    assert app.radio[0].options == ["two"]
    shutil.rmtree(home.runs / "two")
    app.run()
    assert not app.exception
    assert app.subheader[0].value == "No runs yet"
