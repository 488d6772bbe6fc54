"""Work in the background other than training: planting, importing, evaluating."""

import os
import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from engine.errors import BadInput
from engine.files import read_json_or, write_json
from engine.home import Home
from engine.jobs.job_files import JobEnd, JobOrder, JobProgress, write_job_end
from engine.jobs.local_launcher import start_detached
from engine.jobs.processes import identity_of, note_process, noted_process
from engine.jobs.queue import Resource, Ticket, edit_queue, new_ticket, read_queue
from engine.jobs.stop_request import StopRequest, write_stop_request
from engine.jobs.supervision import keep_supervised
from engine.jobs.work import job_launch
from engine.language.message import Message, gettext, message
from engine.locks import claim, is_held
from engine.progress import JOB_VARIABLE
from engine.records import as_record_or, read_record, read_record_or

JobState = Literal["none", "running", "finished", "stopped", "failed", "lost", "damaged"]

_INTERRUPTED = 130
T = TypeVar("T")


@dataclass(frozen=True)
class Job:
    """A background job as its folder tells it.

    `done` of `total` (0 = not known) with a `note`; `result` is what the command printed as
    JSON, `reason` the sentence it failed with, or what is damaged. One that waits for its turn
    is running too, and `waiting`; one that was asked to stop is running until it has, and
    `stopping`.
    """

    name: str
    state: JobState
    done: int = 0
    total: int = 0
    note: str = ""
    started: float = 0.0
    result: Any = None
    reason: str = ""
    waiting: bool = False
    stopping: bool = False

    @property
    def has_failed(self) -> bool:
        """Whether it ended otherwise than by finishing or by being stopped."""
        return self.state in ("failed", "lost", "damaged")

    def found(self, kind: type[T]) -> T | None:
        """What it found, as such a record; None where it has not finished, or left none."""
        return as_record_or(kind, self.result, None) if self.state == "finished" else None


def start_job(
    home: Home, name: str, arguments: Sequence[str], resource: Resource = "light", after: str = ""
) -> Job:
    """Start `python -m engine ARGUMENTS` as the job `name`, unless it is already running.

    A job in the resource "light" never waits for a training; one in "cpu" or "gpu" takes its turn
    among the trainings, and one with `after` (run:ID or job:NAME) waits until that has ended.

    Raises:
        BadInput: an argument cannot be given to a program, such as one with a NUL.
        WorkFailed: the home cannot be written to.
    """
    folder, order = home.jobs / name, _order(arguments, resource)
    with edit_queue(home) as tickets:
        if _ticket(home, name) is not None or is_held(folder / "lock"):
            return read_job(home, name)
        for left in _LEFT:
            (folder / left).unlink(missing_ok=True)
        write_json(folder / "job.json", order)
        tickets.append(new_ticket(home, f"job:{name}", resource, after))
    keep_supervised(home)
    return read_job(home, name)


def start_job_with_secrets(
    home: Home, name: str, arguments: Sequence[str], secrets: Mapping[str, str]
) -> Job:
    """As `start_job`, with environment variables that are written nowhere, such as a password.

    It never waits: what is to wait has to be written into the queue. Errors as `start_job`.
    """
    folder, order = home.jobs / name, _order(arguments, "light")
    with edit_queue(home):
        lock = claim(folder / "lock") if _ticket(home, name) is None else None
        if lock is None:
            return read_job(home, name)
        for left in _LEFT:
            (folder / left).unlink(missing_ok=True)
        write_json(folder / "job.json", order)
        # By no other launcher: secrets stay on this machine.
        process = start_detached(job_launch(home, folder, arguments, secrets), lock)
    # An ended child that nobody waits for stays behind as a zombie.
    threading.Thread(target=process.wait, daemon=True).start()
    return read_job(home, name)


def stop_job(home: Home, name: str) -> Job:
    """Interrupt the job `name`, and end it by force where it does not end in ten seconds."""
    with edit_queue(home) as tickets:
        waiting = _ticket(home, name)
        if waiting is not None:
            tickets.remove(waiting)
            write_job_end(home.jobs / name, _INTERRUPTED, message("It was stopped."))
    if is_held(home.jobs / name / "lock"):
        request = StopRequest(time.time(), ask_seconds=5.0, term_seconds=5.0)
        write_stop_request(home.jobs / name / "stop", request)
        keep_supervised(home)
    return read_job(home, name)


def read_job(home: Home, name: str) -> Job:
    """How the job `name` stands; its state is none where it was never started."""
    folder = home.jobs / name
    # In this order: what leaves the queue holds its lock already.
    ticket = _ticket(home, name)
    running = is_held(folder / "lock")
    try:
        order, ended = _read(JobOrder, folder / "job.json"), _read(JobEnd, folder / "ended.json")
    except BadInput as error:
        if not running:
            return Job(name, "damaged", reason=str(error), waiting=ticket is not None)
        order, ended = None, None
    started = order.started if order else 0.0
    if ticket is not None and not running:
        note = gettext("On hold") if ticket.held else gettext("Waiting for its turn")
        return Job(name, "running", note=note, started=started, waiting=True)
    if order is None:
        return Job(name, "running" if running else "none")
    progress = read_record_or(JobProgress, folder / "progress.json", JobProgress())
    return Job(
        name,
        "running" if running else _end_state(ended),
        done=progress.done,
        total=progress.total,
        note=progress.doing,
        started=started,
        result=read_json_or(folder / "result.json", None),
        reason=ended.why if ended else "",
        stopping=running and (folder / "stop").exists(),
    )


def forget_job(home: Home, name: str) -> None:
    """Remove what is left of a job that has ended."""
    folder = home.jobs / name
    if not is_held(folder / "lock"):
        shutil.rmtree(folder, ignore_errors=True)


def report_begin() -> None:
    """Called by the command line as it begins: who started it may have died before noting whom."""
    folder = os.environ.get(JOB_VARIABLE)
    noted = noted_process(Path(folder)) if folder else None
    if folder and (noted is None or noted.pid != os.getpid()):
        note_process(Path(folder), identity_of(os.getpid()))


def report_result(values: Any) -> None:
    """Called by a command that is a job: leaves its outcome in the job's folder."""
    folder = os.environ.get(JOB_VARIABLE)
    if folder:
        write_json(Path(folder) / "result.json", values)


def report_end(exit_status: int, reason: Message) -> None:
    """Called by the command line as it ends: leaves how it ended in the job's folder, if any."""
    folder = os.environ.get(JOB_VARIABLE)
    if folder:
        write_job_end(Path(folder), exit_status, reason if reason.text else None)


_LEFT = ("ended.json", "result.json", "progress.json", "output.txt", "log.txt", "stop")


def _order(arguments: Sequence[str], resource: Resource) -> dict[str, Any]:
    if any("\0" in argument for argument in arguments):
        raise BadInput("A command cannot take a NUL character. Remove it.")
    return asdict(JobOrder(time.time(), tuple(arguments), resource))


def _ticket(home: Home, name: str) -> Ticket | None:
    return next((t for t in read_queue(home) if t.name == f"job:{name}"), None)


def _end_state(ended: JobEnd | None) -> JobState:
    # A negative status is the signal that ended it, which was nobody's stop request.
    if ended is None or ended.exit_status < 0:
        return "lost"
    ends: dict[int, JobState] = {0: "finished", _INTERRUPTED: "stopped"}
    return ends.get(ended.exit_status, "failed")


def _read(kind: type[T], path: Path) -> T | None:
    try:
        is_there = path.exists()
    except OSError:
        # The name is too long for a file.
        return None
    return read_record(kind, path) if is_there else None
