"""A process on one core: when it passed which step, and the most memory it and its own took."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psutil

from engine.settings.configs import PROJECT

ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
_LOOKS_A_SECOND = 4


@dataclass
class Watched:
    """`marks` holds the Unix time of each step that was told; `memory` is PSS in bytes."""

    marks: dict[int, float]
    memory: int
    output: str


def watch(command: Sequence[str], core: int, step_of: Callable[[str], int | None]) -> Watched:
    """Run Python with arguments to its end; `step_of` finds a step in a line of its output.

    Raises:
        RuntimeError: it failed.
    """
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=PROJECT,
        env={**os.environ, **ONE_THREAD, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    os.sched_setaffinity(process.pid, {core})
    peak = [0]
    looking = threading.Thread(target=_look, args=(process, peak))
    looking.start()
    marks, lines = {}, []
    for line in process.stdout or ():
        step = step_of(line)
        if step is not None:
            marks[step] = time.time()
        lines.append(line)
    looking.join()
    if process.wait():
        raise RuntimeError("".join(lines[-30:]))
    return Watched(marks, peak[0], "".join(lines))


def _look(process: "subprocess.Popen[str]", peak: list[int]) -> None:
    """Note the most memory of the tree; pages that are shared count once (PSS)."""
    while process.poll() is None:
        total = 0
        with contextlib.suppress(psutil.Error):
            tree = psutil.Process(process.pid)
            for each in [tree, *tree.children(recursive=True)]:
                with contextlib.suppress(psutil.Error):
                    total += each.memory_full_info().pss
        peak[0] = max(peak[0], total)
        time.sleep(1 / _LOOKS_A_SECOND)
