"""Reads the state of a training run from its folder."""

import logging
import platform
import time
from dataclasses import dataclass

from engine.errors import BadInput
from engine.files import printable
from engine.home import Home
from engine.jobs.processes import Identity
from engine.jobs.queue import read_queue
from engine.language.message import Message, message
from engine.locks import is_held
from engine.training.state.run_folder import RunFolder, run_folder
from engine.training.state.status import ENDED, State, Status, read_status

log = logging.getLogger(__name__)

# A running run writes its status every second. A status this recent shows that the process is alive
# even if its lock is not visible, as on another machine with its own clock.
HEARTBEAT = 5.0
_HEARTBEAT_ABROAD = 120.0
# A step of a large network on a CPU takes half a minute.
_SILENCE = 60.0
_MOMENT = 0.03


@dataclass(frozen=True)
class Run:
    """A run's folder, its last status, and its actual state.

    `state` is "lost" if neither the lock nor the heartbeat shows a live process, and "damaged" if
    its folder cannot be read. `why` is the reason why it ended, or what is damaged. `silent` is the
    seconds since the last status of a run that holds its lock, 0 if that is recent.
    """

    folder: RunFolder
    status: Status
    state: State
    why: Message | None = None
    silent: float = 0.0

    @property
    def run_id(self) -> str:
        return self.folder.run_id

    @property
    def reason(self) -> str:
        """Why it ended or what is damaged, in the reader's language; else empty."""
        return str(self.why) if self.why else ""

    @property
    def preparing(self) -> str:
        """What it does before it trains, and how far it is, in the reader's language; or empty."""
        told = self.status.preparing if self.state in ("running", "stopping") else None
        return str(told) if told else ""

    @property
    def is_live(self) -> bool:
        return self.state not in ENDED and self.state not in ("lost", "damaged")

    @property
    def is_abroad(self) -> bool:
        """Whether it runs on another machine that shares this home."""
        foreign = bool(self.status.host) and self.status.host != platform.node()
        return foreign and self.is_live and self.state != "queued"

    @property
    def is_suspended(self) -> bool:
        """Whether its process is suspended (SIGSTOP), so that it cannot train or respond."""
        status = self.status
        if not self.is_live or status.pid is None or status.pid_started is None:
            return False
        return Identity(status.pid, status.pid_started, status.host).is_suspended

    @property
    def can_resume(self) -> bool:
        """Whether there is a checkpoint to resume from, or nothing was done yet."""
        if self.state == "damaged":
            # If the status is lost, the checkpoint holds the position.
            there = self.folder.config.is_file() and self.folder.last.is_file()
            return there and self.folder.root.name == self.run_id
        return self.state in ("stopped", "failed", "lost") and not self.folder.imported.exists()

    @property
    def can_predict(self) -> bool:
        """Whether there is a checkpoint to predict with."""
        return self.folder.best_or_last.is_file()


def find_run(home: Home, run_id: str) -> Run:
    """Return the run with this id.

    Raises:
        BadInput: there is none.
    """
    # The queue first: a run that leaves the queue already holds its lock.
    waits = any(ticket.name == f"run:{run_id}" for ticket in read_queue(home))
    return read_run(run_folder(home, run_id), waits)


def list_runs(home: Home) -> list[Run]:
    """Return all runs of the home, newest first."""
    waiting = {ticket.name for ticket in read_queue(home)}
    runs = [
        read_run(folder, f"run:{folder.run_id}" in waiting)
        for folder in (RunFolder(path.parent) for path in home.runs.glob("*/config.yaml"))
        if not folder.root.name.startswith(".")
    ]
    return sorted(runs, key=lambda run: -_began(run))


def read_run(folder: RunFolder, waits: bool = False) -> Run:
    """Return a run's actual state, from its status and its lock.

    `waits` says whether it has a ticket in the queue. A run that cannot be read is "damaged".
    """
    try:
        return _read_run(folder, waits)
    except Exception as error:
        # An unexpected error with one run must not hide the others.
        log.exception("The run %s cannot be read.", folder.run_id)
        fault = message("The run cannot be read ({error}).", error=type(error).__name__)
        return _damaged(folder, fault)


def _read_run(folder: RunFolder, waits: bool) -> Run:
    # The lock first: a run that ends in between has already written its last status.
    alive = is_held(folder.lock)
    fault: Message | None = None
    try:
        status = read_status(folder.status)
    except BadInput as error:
        status = Status(folder.run_id)
        # A run without a status was created but never started.
        fault = error.message if folder.status.exists() else None
    if not folder.config.is_file():
        fault = message("{file} is not a file.", file=folder.config)
    if printable(folder.root.name) != folder.root.name:
        fault = message("The name of its folder cannot be shown. Rename the folder.")
    if fault and not alive and not waits:
        return _damaged(folder, fault)
    if alive and status.state in ENDED:
        # The supervisor briefly holds the lock to clean up after a run.
        time.sleep(_MOMENT)
        alive = is_held(folder.lock)
    state, why = _true_state(folder, status, alive, waits)
    silent = _silence(status) if alive and state in ("running", "stopping") else 0.0
    return Run(folder, status, state, why, silent)


def _damaged(folder: RunFolder, fault: Message) -> Run:
    return Run(folder, Status(folder.run_id), "damaged", fault)


def _began(run: Run) -> float:
    """Return when it started or, before that, was created; 0 if its folder was deleted."""
    try:
        return run.status.started or run.folder.config.stat().st_mtime
    except OSError:
        return 0.0


def _true_state(
    folder: RunFolder, status: Status, alive: bool, waits: bool
) -> tuple[State, Message | None]:
    if alive:
        # A process that has just started has not written its status yet.
        if status.state in ENDED or status.state == "queued":
            return "starting", None
        return ("stopping" if folder.stop.exists() else status.state), None
    if waits:
        return "queued", None
    if status.state in ENDED:
        return status.state, status.why
    foreign = bool(status.host) and status.host != platform.node()
    age = abs(time.time() - (status.updated or 0.0))
    if age < (_HEARTBEAT_ABROAD if foreign else HEARTBEAT):
        return status.state, None
    if foreign:
        return "lost", message(
            "It was running on {machine}, which no longer reports. If it still runs there, stop it "
            "there.",
            machine=status.host,
        )
    if status.state == "queued":
        return "lost", message("It was created but never started.")
    return "lost", message("It stopped unexpectedly (a power cut, for example).")


def _silence(status: Status) -> float:
    age = time.time() - (status.updated or time.time())
    return age if age > _SILENCE else 0.0
