"""Where the processes of runs and jobs come from: the protocol that every launcher follows.

The supervisor decides what runs and when. A launcher decides where: it starts a process, says
whether that lives, and ends it. All it is given is the folder of the run or job, so that a new
supervisor reaches what an earlier one started. docs/launchers.md shows how to add one.
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
    added to that of the studio; `gpu` names the GPUs, as CUDA_VISIBLE_DEVICES does.
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
    """Where a process runs: its machine, what it is called there, and its GPUs, by commas.

    Empty is what is not known.
    """

    machine: str = ""
    process: str = ""
    gpu: str = ""


class Launcher(Protocol):
    """Starts, watches and ends the processes of runs and jobs.

    A launcher keeps two promises. While the process lives, somebody on this machine holds the
    lock in its folder: the process itself, or a stand-in of the launcher. Without that, pages
    call the work lost. And the work outlives the supervisor: what has to be remembered is in the
    folder.
    """

    def start(self, launch: Launch, lock: int) -> None:
        """Start the process and return at once.

        `lock` is the open descriptor of the folder's lock. The launcher hands it on, and closes
        it here even if nothing could be started.

        Raises:
            OSError: the process cannot be started.
            WorkFailed: the folder cannot be written to.
        """

    def is_alive(self, folder: Path) -> bool:
        """Whether the process lives, whoever started it.

        Of what this launcher started it asks the process: the supervisor may hold the lock too,
        until it has written how the work ended.
        """

    def stop(self, folder: Path, number: signal.Signals) -> None:
        """Ask all processes of the work to end, by SIGINT at first and by SIGTERM later."""

    def kill(self, folder: Path) -> None:
        """End all processes of the work at once."""

    def reap(self, folder: Path) -> int | None:
        """After the end of the process: end what it left behind, and give its exit status.

        A negative status is the signal that ended it; None where the status is not known.
        """

    def end_orphans(self, home: Home) -> None:
        """End what is left of jobs that died together with their supervisor."""

    def where(self, folder: Path) -> Location:
        """Where the work runs, or ran last."""
