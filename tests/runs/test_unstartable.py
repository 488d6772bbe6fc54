"""Jobs that cannot start, or whose files are damaged: they fail, and the queue continues."""

import time
from pathlib import Path

import pytest

from engine.errors import BadInput
from engine.files import write_json
from engine.home import Home
from engine.jobs.job import delete_job, read_job, start_job
from engine.jobs.queue import edit_queue, new_ticket, read_queue
from engine.runs.supervise import supervisor_of


def put_in(home: Home, name: str, order: object) -> None:
    """A job waiting in the queue, with any file content."""
    write_json(home.jobs / name / "job.json", order)
    with edit_queue(home) as tickets:
        tickets.append(new_ticket(home, f"job:{name}", "cpu"))


def work_until_idle(home: Home, seconds: float = 60) -> None:
    supervisor = supervisor_of(home)
    deadline = time.monotonic() + seconds
    while supervisor.tick():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def order(*arguments: str) -> dict[str, object]:
    return {"arguments": list(arguments), "lane": "cpu", "started": time.time()}


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        (order("counts", "--where", "source=s\0t"), "is damaged: arguments.2 is 'source=s"),
        (order("counts", "x" * 200_000), "arguments.1 is 'xxx"),
        ({"arguments": 5, "started": "x"}, "started is 'x'"),
        ([], "is damaged"),
    ],
)
def test_a_job_that_cannot_start_does_not_block_the_queue(
    home: Home, spoilt: object, words: str
) -> None:
    put_in(home, "bad", spoilt)
    put_in(home, "good", order("counts"))
    work_until_idle(home)
    assert read_queue(home) == ()
    assert read_job(home, "good").state == "finished"
    assert words in (home.jobs / "bad" / "ended.json").read_text().replace("\\u0000", "")
    job = read_job(home, "bad")
    assert (job.state, words in job.reason) == ("damaged", True)


def test_a_job_whose_program_cannot_be_started_fails(home: Home) -> None:
    put_in(home, "bad", order("counts"))
    put_in(home, "good", order("counts"))
    # Its output cannot be written.
    (home.jobs / "bad" / "output.txt").mkdir()
    work_until_idle(home)
    job = read_job(home, "bad")
    assert (job.state, job.reason) == ("failed", "It could not be started (IsADirectoryError).")
    assert read_job(home, "good").state == "finished"


def test_a_job_with_an_argument_that_no_command_accepts_is_refused(home: Home) -> None:
    with pytest.raises(BadInput, match="A command cannot take a NUL character"):
        start_job(home, "import", ["import", "table", "x", "--source=a\0b"])
    assert read_job(home, "import").state == "none"


@pytest.mark.parametrize("name", ["job.json", "ended.json"])
@pytest.mark.parametrize("content", ["", "[]", '{"exit_status": "x", "started": "yesterday"}'])
def test_a_damaged_job_is_shown_as_damaged_and_can_be_dismissed(
    home: Home, name: str, content: str
) -> None:
    folder: Path = home.jobs / "export"
    write_json(folder / "job.json", order("export"))
    write_json(folder / "ended.json", {"exit_status": 0, "reason": "", "t": 1.0})
    (folder / name).write_text(content)
    job = read_job(home, "export")
    assert job.state == "damaged"
    assert str(folder / name) in job.reason
    delete_job(home, "export")
    assert read_job(home, "export").state == "none"
