"""Background jobs, which are all work except training: drawing the demo, importing, evaluating."""

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
from engine.jobs.processes import note_process, noted_process, process_identity
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
    """The state of a background job, read from its folder.

    `done` of `total` (0 = unknown) is the progress, with a `note`. `result` is what the command
    printed as JSON. `reason` says why it failed, or what is damaged. A job in the queue has the
    state "running" and is `waiting`; one that was asked to stop is "running" and `stopping` until
    it ends.
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
        """Whether it ended, but neither finished nor was stopped."""
        return self.state in ("failed", "lost", "damaged")

    def found(self, kind: type[T]) -> T | None:
        """Return its result as a record of type `kind`; None if it has not finished or has no such
        result.
        """
        return as_record_or(kind, self.result, None) if self.state == "finished" else None


def start_job(
    home: Home, name: str, arguments: Sequence[str], resource: Resource = "light", after: str = ""
) -> Job:
    """Start `python -m engine ARGUMENTS` as the job `name`, unless it is already running.

    A job with the resource "light" never waits for training. One with "cpu" or "gpu" waits in the
    queue with the trainings. One with `after` (run:ID or job:NAME) waits until that has ended.

    Raises:
        BadInput: an argument cannot be passed to a program, such as one with a NUL.
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
    """As `start_job`, with environment variables that are not stored, such as a password.

    It never waits, because a queued job must be stored. Raises as `start_job`.
    """
    folder, order = home.jobs / name, _order(arguments, "light")
    with edit_queue(home):
        lock = claim(folder / "lock") if _ticket(home, name) is None else None
        if lock is None:
            return read_job(home, name)
        for left in _LEFT:
            (folder / left).unlink(missing_ok=True)
        write_json(folder / "job.json", order)
        # Always on this machine, so that secrets do not leave it.
        process = start_detached(job_launch(home, folder, arguments, secrets), lock)
    # An ended child process that nobody waits for remains as a zombie.
    threading.Thread(target=process.wait, daemon=True).start()
    return read_job(home, name)


def stop_job(home: Home, name: str) -> Job:
    """Interrupt the job `name`; kill it if it does not end in ten seconds."""
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
    """Return the state of the job `name`; "none" if it was never started."""
    folder = home.jobs / name
    # The queue first: a job that leaves the queue already holds its lock.
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


def delete_job(home: Home, name: str) -> None:
    """Delete the folder of a job that has ended."""
    folder = home.jobs / name
    if not is_held(folder / "lock"):
        shutil.rmtree(folder, ignore_errors=True)


def report_begin() -> None:
    """Write the process id to the job's folder, in case the starter died before it did so.

    The command line calls this when it starts.
    """
    folder = os.environ.get(JOB_VARIABLE)
    noted = noted_process(Path(folder)) if folder else None
    if folder and (noted is None or noted.pid != os.getpid()):
        note_process(Path(folder), process_identity(os.getpid()))


def report_result(values: Any) -> None:
    """Write a command's result to the job's folder, if it runs as a job."""
    folder = os.environ.get(JOB_VARIABLE)
    if folder:
        write_json(Path(folder) / "result.json", values)


def report_end(exit_status: int, reason: Message) -> None:
    """Write how the command line ended to the job's folder, if it runs as a job."""
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
    # A negative status is a signal, and not a stop request.
    if ended is None or ended.exit_status < 0:
        return "lost"
    ends: dict[int, JobState] = {0: "finished", _INTERRUPTED: "stopped"}
    return ends.get(ended.exit_status, "failed")


def _read(kind: type[T], path: Path) -> T | None:
    try:
        is_there = path.exists()
    except OSError:
        # The name is too long for a file system.
        return None
    return read_record(kind, path) if is_there else None
