"""Work in the background other than training: planting, importing, evaluating."""

import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from engine.errors import BadInput
from engine.files import read_json, write_json
from engine.home import Home
from engine.locks import claim, is_held
from engine.progress import JOB_VARIABLE
from engine.runs.process import start_engine

JobState = Literal["none", "running", "finished", "failed", "lost"]


@dataclass(frozen=True)
class Job:
    """A background job as its folder tells it.

    `done` of `total` (0 = not known) with a `note`; `result` is what the command printed as
    JSON, `reason` the sentence it failed with.
    """

    name: str
    state: JobState
    done: int = 0
    total: int = 0
    note: str = ""
    started: float = 0.0
    result: Any = None
    reason: str = ""


def start_job(home: Home, name: str, arguments: Sequence[str]) -> Job:
    """Start `python -m engine ARGUMENTS` as the job `name`, unless it is already running."""
    folder = home.jobs / name
    lock = claim(folder / "lock")
    if lock is None:
        return read_job(home, name)
    for left in ("ended.json", "result.json", "progress.json", "output.txt", "log.txt"):
        (folder / left).unlink(missing_ok=True)
    write_json(folder / "job.json", {"arguments": list(arguments), "started": time.time()})
    start_engine(
        [*arguments, "--json", "--home", str(home.root)],
        output=folder / "output.txt",
        log=folder / "log.txt",
        lock=lock,
        environment={JOB_VARIABLE: str(folder)},
    )
    return read_job(home, name)


def read_job(home: Home, name: str) -> Job:
    """How the job `name` stands; its state is none where it was never started."""
    folder = home.jobs / name
    running = is_held(folder / "lock")
    started = _value(folder / "job.json", "started", 0.0)
    if not started:
        return Job(name, "running" if running else "none")
    ended = _read(folder / "ended.json")
    progress = _read(folder / "progress.json")
    state: JobState = "running"
    if not running:
        state = "lost"
        if ended:
            state = "finished" if ended.get("exit_status") == 0 else "failed"
    return Job(
        name,
        state,
        done=int(progress.get("done", 0)),
        total=int(progress.get("total", 0)),
        note=str(progress.get("note", "")),
        started=float(started),
        result=_read_any(folder / "result.json"),
        reason=str(ended.get("reason", "")),
    )


def forget_job(home: Home, name: str) -> None:
    """Remove what is left of a job that has ended."""
    folder = home.jobs / name
    if not is_held(folder / "lock"):
        shutil.rmtree(folder, ignore_errors=True)


def tell_result(values: Any) -> None:
    """Called by a command that is a job: leaves its outcome in the job's folder."""
    folder = os.environ.get(JOB_VARIABLE)
    if folder:
        write_json(Path(folder) / "result.json", values)


def tell_end(exit_status: int, reason: str) -> None:
    """Called by the command line as it ends: leaves how it ended in the job's folder, if any."""
    folder = os.environ.get(JOB_VARIABLE)
    if folder:
        ended = {"exit_status": exit_status, "reason": reason, "t": time.time()}
        write_json(Path(folder) / "ended.json", ended)


def _read_any(path: Path) -> Any:
    try:
        return read_json(path)
    except BadInput:
        return None


def _read(path: Path) -> dict[str, Any]:
    value = _read_any(path)
    return value if isinstance(value, dict) else {}


def _value(path: Path, key: str, default: float) -> Any:
    return _read(path).get(key, default)
