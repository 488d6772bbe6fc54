"""A training run as its folder tells it."""

import platform
import shutil
from dataclasses import dataclass

from engine.errors import BadInput
from engine.home import Home
from engine.locks import is_held
from engine.training.folder import RunFolder, run_folder
from engine.training.status import ENDED, State, Status, read_status


@dataclass(frozen=True)
class Run:
    """A run's folder, what it last said of itself, and how it truly stands.

    `state` is "lost" where the status speaks of a process that is no more; `reason` is the
    sentence it ended with.
    """

    folder: RunFolder
    status: Status
    state: State
    reason: str

    @property
    def run_id(self) -> str:
        return self.folder.run_id

    @property
    def is_live(self) -> bool:
        return self.state not in ENDED and self.state != "lost"

    @property
    def can_resume(self) -> bool:
        return self.state in ("stopped", "failed", "lost")

    @property
    def can_predict(self) -> bool:
        """Whether a checkpoint is there to judge photographs with."""
        return self.folder.best.is_file() or self.folder.last.is_file()


def find_run(home: Home, run_id: str) -> Run:
    """One run.

    Raises:
        BadInput: there is none of that name.
    """
    return read_run(run_folder(home, run_id))


def list_runs(home: Home) -> list[Run]:
    """Every run of the home, the newest first."""
    folders = [
        RunFolder(path.parent)
        for path in home.runs.glob("*/config.yaml")
        if not path.parent.name.startswith(".")
    ]
    return sorted(
        map(read_run, folders),
        key=lambda run: -(run.status.started or run.folder.config.stat().st_mtime),
    )


def read_run(folder: RunFolder) -> Run:
    """A run's true state: what its status says, and whether its lock bears that out."""
    # The lock comes first: a run that ends in between has then written its last status.
    alive = is_held(folder.lock)
    try:
        status = read_status(folder.status)
    except BadInput:
        status = Status(folder.run_id)
    state, reason = _true_state(status, alive)
    return Run(folder, status, state, reason)


def delete_run(home: Home, run_id: str) -> None:
    """Remove a run and everything in its folder.

    Raises:
        BadInput: there is no such run, or it is still going.
    """
    run = find_run(home, run_id)
    if run.is_live:
        raise BadInput(f"The run {run_id} is still going; stop it first.")
    # Renamed first, so that a deletion cut short leaves no half run in the list.
    doomed = home.runs / f".deleted-{run_id}"
    run.folder.root.rename(doomed)
    shutil.rmtree(doomed)


def _true_state(status: Status, alive: bool) -> tuple[State, str]:
    if alive:
        # Until a started process has written its first word, the status is the one before.
        waiting = status.state in ENDED or status.state == "queued"
        return ("starting" if waiting else status.state), ""
    if status.state in ENDED:
        return status.state, status.reason
    if status.host and status.host != platform.node():
        return "lost", f"It was running on {status.host} when its folder was copied from there."
    return "lost", "Its process ended without a word, as after a power cut."
