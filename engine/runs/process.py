"""Starting work that outlives whoever started it."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.locks import LOCK_VARIABLE, release
from engine.progress import JOB_VARIABLE
from engine.settings.configs import PROJECT


def start_engine(
    arguments: Sequence[str],
    output: Path,
    log: Path,
    lock: int,
    environment: Mapping[str, str] | None = None,
) -> int:
    """Start `python -m engine ARGUMENTS` in a session of its own; returns its process id.

    Standard output and error go to files, for a pipe nobody reads would stop the work. The
    open lock `lock` is handed down and closed here.
    """
    # The folder of a job is its own: what it starts in turn must not report into it.
    inherited = {key: value for key, value in os.environ.items() if key != JOB_VARIABLE}
    with output.open("ab") as out, log.open("ab") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "engine", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=PROJECT,
            env={**inherited, **(environment or {}), LOCK_VARIABLE: str(lock)},
            start_new_session=True,
            pass_fds=(lock,),
        )
    release(lock)
    # An ended child that nobody waits for stays behind as a zombie.
    threading.Thread(target=process.wait, daemon=True).start()
    return process.pid
