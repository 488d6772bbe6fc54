"""The recorded end of a run that could not record it itself."""

import pytest

from engine.home import Home
from engine.jobs.queue import edit_queue, new_ticket
from engine.jobs.work import work_of
from engine.training.state.run_folder import RunFolder
from engine.training.state.status import read_status
from tests.runs.written_run import written_run


@pytest.mark.parametrize(("waits", "state"), [(True, "queued"), (False, "failed")])
def test_a_run_resumed_while_its_process_ended_has_not_failed(
    home: Home, waits: bool, state: str
) -> None:
    written_run(home, "one", state="queued")
    if waits:
        with edit_queue(home) as tickets:
            tickets.append(new_ticket(home, "run:one", "cpu"))
    work_of(home, "run:one").note_end(130, None)
    status = read_status(RunFolder(home.runs / "one").status)
    assert status.state == state
    assert ("exit status 130" in status.reason) is not waits
