"""Starts, stops, resumes and duplicates runs."""

import dataclasses
import time
from collections.abc import Callable, Sequence

from engine.errors import BadInput, WorkFailed
from engine.home import Home
from engine.home_id import require_own_run
from engine.jobs.queue import edit_queue, new_ticket
from engine.jobs.stop_request import (
    ASK_SECONDS,
    TERM_SECONDS,
    StopRequest,
    read_stop_request,
    write_stop_request,
)
from engine.jobs.supervision import keep_supervised
from engine.jobs.work import resource_of
from engine.language.message import deferred, gettext, message
from engine.locks import claim, exclusive, is_held, release
from engine.reasons import reason_of
from engine.runs.run import Run, find_run
from engine.settings.files import load
from engine.settings.run import RunSettings
from engine.training.state.run_folder import RunFolder, prepare
from engine.training.state.status import reason_fields, require_legal, write_status

_TICK = 0.1
# The time to kill a run and write its status.
_LAST_SECONDS = 10.0
_STAGES = {
    "asked": deferred("Asked the run to save and stop."),
    "terminated": deferred("No response. Sent SIGTERM."),
    "killed": deferred("Still running. Killed the run and its workers."),
}


def launch_run(
    home: Home, settings: RunSettings, run_id: str | None = None, after: str = ""
) -> Run:
    """Queue a run; it starts in the background as soon as its device is free.

    If the run_id exists, return that run, so that nothing starts twice. With `after` (run:ID or
    job:NAME), the run waits until that has ended.

    Raises:
        BadInput: the split or the configuration cannot be trained on; no folder is created.
        WorkFailed: the home cannot be written to.
    """
    chosen = run_id or new_run_id(settings)
    # Two simultaneous clicks wait for each other here; the second finds the run of the first.
    try:
        with exclusive(home.runs / ".launching"):
            if not (home.runs / chosen / "config.yaml").is_file():
                _queue(home, prepare(home, settings, chosen), settings, after)
    except OSError as error:
        raise WorkFailed(
            "The run {run} could not be created in {folder} ({reason}).",
            run=chosen,
            folder=home.runs,
            reason=reason_of(error),
        ) from error
    keep_supervised(home)
    return find_run(home, chosen)


def new_run_id(settings: RunSettings) -> str:
    """Return a name for a new run: its configured name and the time in milliseconds."""
    now = time.time()
    day_and_time = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
    return f"{settings.name}-{day_and_time}-{int(now * 1000) % 1000:03d}"


def duplicate_run(home: Home, run_id: str, changes: Sequence[str] = (), after: str = "") -> Run:
    """Launch a new run with the configuration of another and `key=value` changes.

    Raises:
        BadInput: there is no such run, a change is invalid, or the new run cannot be trained.
    """
    settings = load(RunSettings, find_run(home, run_id).folder.config, changes)
    return launch_run(home, settings, after=after)


def resume_run(home: Home, run_id: str, after: str = "") -> Run:
    """Resume a run that was stopped, failed or lost, as soon as its device is free.

    Raises:
        BadInput: it is running, or already finished.
        OtherHome: its folder was copied here from another home.
    """
    run = find_run(home, run_id)
    require_own_run(home, run.folder.root)
    if run.is_live:
        raise BadInput("The run {run} has not ended yet. Stop it first.", run=run_id)
    if run.state == "finished":
        raise BadInput("The run {run} is finished, so it cannot be resumed.", run=run_id)
    if not run.can_resume:
        raise BadInput(
            "The run {run} was imported without a checkpoint, so it cannot be resumed.", run=run_id
        )
    lock = claim(run.folder.lock)
    if lock is None:
        raise BadInput("The run {run} is already running.", run=run_id)
    try:
        run.folder.stop.unlink(missing_ok=True)
        require_legal(run_id, run.status.state, "queued")
        write_status(
            run.folder.status,
            dataclasses.replace(
                run.status, state="queued", updated=time.time(), **reason_fields(None)
            ),
        )
    finally:
        release(lock)
    _queue(home, run.folder, load(RunSettings, run.folder.config), after)
    keep_supervised(home)
    return find_run(home, run_id)


def ask_to_stop(
    home: Home,
    run_id: str,
    save: bool = True,
    ask_seconds: float = ASK_SECONDS,
    term_seconds: float = TERM_SECONDS,
) -> Run:
    """Request that a run saves after its current step and ends; return at once.

    If it does not respond in time, the supervisor sends SIGTERM, and later kills it. Without
    `save`, it is killed at once. A queued run is removed from the queue.

    Raises:
        BadInput: it is not running, or is to be killed on another machine.
    """
    run = find_run(home, run_id)
    if run.state == "queued" and _unqueue(home, run):
        return find_run(home, run_id)
    if not run.is_live:
        raise BadInput("The run {run} is not running.", run=run_id)
    if run.is_abroad and not save:
        raise BadInput(
            "The run {run} is running on {machine}. Cancel it there.",
            run=run_id,
            machine=run.status.host,
        )
    write_stop_request(run.folder.stop, StopRequest(time.time(), ask_seconds, term_seconds, save))
    if not run.is_abroad:
        keep_supervised(home)
    return find_run(home, run_id)


def cancel_run(home: Home, run_id: str) -> Run:
    """End a run at once without saving, or remove it from the queue. Raises as `ask_to_stop`."""
    ask_to_stop(home, run_id, save=False)
    return _ended(home, run_id, _LAST_SECONDS)


def stop_run(
    home: Home,
    run_id: str,
    tell: Callable[[str], None] = lambda sentence: None,
    ask_seconds: float = ASK_SECONDS,
    term_seconds: float = TERM_SECONDS,
) -> Run:
    """Stop a run and wait for its end; `tell` receives a sentence for each step.

    Raises:
        BadInput: it is not running.
        WorkFailed: it is still running after SIGKILL.
    """
    waited = find_run(home, run_id).state == "queued"
    run = ask_to_stop(home, run_id, True, ask_seconds, term_seconds)
    if waited and not run.is_live:
        return run
    tell(gettext(_STAGES["asked"]))
    return _ended(home, run_id, ask_seconds + term_seconds + _LAST_SECONDS, tell)


def _ended(
    home: Home, run_id: str, seconds: float, tell: Callable[[str], None] = lambda sentence: None
) -> Run:
    deadline = time.monotonic() + seconds
    stages: list[str] = list(_STAGES)
    while True:
        run = find_run(home, run_id)
        request = read_stop_request(run.folder.stop)
        while request is not None and request.save and request.stage in stages[1:]:
            tell(gettext(_STAGES[stages[1]]))
            del stages[0]
        if not is_held(run.folder.lock) and (not run.is_live or run.state == "queued"):
            return run
        if time.monotonic() > deadline:
            raise WorkFailed(
                "The run {run} could not be stopped. Its process may belong to another user.",
                run=run_id,
            )
        time.sleep(_TICK)


def _queue(home: Home, folder: RunFolder, settings: RunSettings, after: str) -> None:
    with edit_queue(home) as tickets:
        name = f"run:{folder.run_id}"
        if all(ticket.name != name for ticket in tickets):
            tickets.append(new_ticket(home, name, resource_of(settings), after))


def _unqueue(home: Home, run: Run) -> bool:
    """Remove a run from the queue; return False if it is no longer queued."""
    with edit_queue(home) as tickets:
        kept = [ticket for ticket in tickets if ticket.name != f"run:{run.run_id}"]
        if len(kept) == len(tickets):
            return False
        tickets[:] = kept
        reason = message("Removed from the queue before it started.")
        write_status(
            run.folder.status,
            dataclasses.replace(
                run.status, state="stopped", ended=time.time(), **reason_fields(reason)
            ),
        )
    return True
