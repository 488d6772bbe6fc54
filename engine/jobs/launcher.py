"""The protocol of launchers, which start the processes of runs and jobs.

The supervisor decides what runs and when. A launcher decides where: it starts a process, reports
whether it is alive, and ends it. Its methods take only the folder of the run or job, so that a new
supervisor can control what an earlier one started. docs/launchers.md shows how to add a launcher.
"""

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from engine.home import Home


@dataclass(frozen=True)
class Launch:
    """What to start: `python -m engine ARGUMENTS`, for the run or job in `folder`.

    Standard output is appended to the file `output`, standard error to `log`. `environment` is
    added to the studio's environment; `gpu` lists the GPUs as CUDA_VISIBLE_DEVICES does.
    """

    folder: Path
    arguments: tuple[str, ...]
    output: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    gpu: str = ""

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"


@dataclass(frozen=True)
class Location:
    """Where a process runs: its machine, its id there, and its GPUs, separated by commas.

    Unknown fields are empty.
    """

    machine: str = ""
    process: str = ""
    gpu: str = ""


class Launcher(Protocol):
    """Starts, watches and ends the processes of runs and jobs.

    A launcher guarantees two things. While the process is alive, a process on this machine holds
    the lock in its folder: the work itself, or a proxy of the launcher. Otherwise pages show the
    work as lost. And the work outlives the supervisor: its state is in the folder.
    """

    def start(self, launch: Launch, lock: int) -> None:
        """Start the process and return at once.

        `lock` is the open descriptor of the folder's lock. The launcher passes it on, and closes it
        here even if the start fails.

        Raises:
            OSError: the process cannot be started.
            WorkFailed: the folder cannot be written to.
        """

    def is_alive(self, folder: Path) -> bool:
        """Whether the process is alive, no matter who started it.

        For a process that this launcher started, it checks the process itself, because the
        supervisor may also hold the lock until it has written how the work ended.
        """

    def stop(self, folder: Path, number: signal.Signals) -> None:
        """Ask all processes of the work to end; called first with SIGINT, later with SIGTERM."""

    def kill(self, folder: Path) -> None:
        """Kill all processes of the work at once."""

    def reap(self, folder: Path) -> int | None:
        """After the process has ended, end its remaining children and return its exit status.

        A negative status is the signal that ended it; None if the status is unknown.
        """

    def end_orphans(self, home: Home) -> None:
        """End the remaining processes of jobs that died together with their supervisor."""

    def where(self, folder: Path) -> Location:
        """Return where the work runs, or ran last."""
