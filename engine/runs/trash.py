"""Deletes runs in a way that can be undone: runs/.trash/."""

import contextlib
import shutil
import time
from dataclasses import dataclass

from engine.errors import BadInput, WorkFailed
from engine.files import printable
from engine.home import Home
from engine.locks import claim, release
from engine.reasons import reason_of
from engine.runs.run import find_run
from engine.training.state.run_folder import RunFolder

_LONGEST_NAME = 200
# The year 5138.
_LATEST = 1e11


@dataclass(frozen=True)
class DiscardedRun:
    """A run in the trash: its folder there, its name, and when it was deleted in Unix seconds."""

    folder: RunFolder
    run_id: str
    at: float


def delete_run(home: Home, run_id: str) -> DiscardedRun:
    """Move a run and its folder to the trash.

    Raises:
        BadInput: there is no such run, or it has not ended.
        WorkFailed: the home cannot be written to.
    """
    run = find_run(home, run_id)
    now = time.time()
    # An escaped name may exceed the length limit of a file name.
    kept = run_id.encode()[:_LONGEST_NAME].decode(errors="ignore")
    target = home.runs / ".trash" / f"{now:.3f}~{kept}"
    try:
        # The lock prevents a start meanwhile.
        lock = None if run.is_live else claim(run.folder.lock)
        if lock is None:
            raise BadInput("The run {run} has not ended yet. Stop it first.", run=run_id)
        try:
            target.parent.mkdir(exist_ok=True)
            run.folder.root.rename(target)
        finally:
            release(lock)
    except OSError as error:
        raise WorkFailed(
            "The run {run} cannot be moved ({reason}).", run=run_id, reason=reason_of(error)
        ) from error
    return DiscardedRun(RunFolder(target), kept, now)


def trash(home: Home) -> list[DiscardedRun]:
    """List the runs in the trash, newest first."""
    found = []
    for path in (home.runs / ".trash").glob("*~*"):
        at, _, run_id = path.name.partition("~")
        # The studio did not write folders with other names.
        with contextlib.suppress(ValueError):
            if 0 <= float(at) < _LATEST:
                found.append(DiscardedRun(RunFolder(path), printable(run_id), float(at)))
    return sorted(found, key=lambda discarded: -discarded.at)


def restore_run(home: Home, run_id: str) -> str:
    """Restore the run deleted last under this name; return its new name.

    Raises:
        BadInput: there is none in the trash.
        WorkFailed: the home cannot be written to.
    """
    for discarded in trash(home):
        if discarded.run_id == run_id:
            taken = (home.runs / run_id).exists()
            name = f"{run_id}-restored-{int(discarded.at)}" if taken else run_id
            try:
                discarded.folder.root.rename(home.runs / name)
            except OSError as error:
                raise WorkFailed(
                    "The run {run} cannot be moved ({reason}).", run=run_id, reason=reason_of(error)
                ) from error
            return name
    raise BadInput("There is no run {run} in the trash.", run=repr(run_id))


def empty_trash(home: Home) -> int:
    """Delete the runs in the trash permanently; return their number."""
    discarded = trash(home)
    for item in discarded:
        shutil.rmtree(item.folder.root, ignore_errors=True)
    return len(discarded) - len(trash(home))
