"""A process on one core: the CPU time of each step, and its memory."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import psutil

from engine.settings.configs import PROJECT

ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
_SECONDS_BETWEEN_LOOKS = 0.04
_LOOKS_A_WEIGHING = 8


@dataclass
class Watched:
    """`marks` holds the CPU seconds of the whole process tree at each reported step; `memory` is
    its peak in bytes, with shared pages counted once (PSS).
    """

    marks: dict[int, float] = field(default_factory=dict)
    memory: int = 0


def watch(
    command: Sequence[str],
    core: int,
    step_of: Callable[[str], int | None] = lambda line: None,
    steps: Callable[[], Iterable[int]] = tuple,
) -> Watched:
    """Run Python with arguments to its end. Steps are found in the lines of its output by
    `step_of`, or reported by `steps`.

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
    watched = Watched()
    looking = threading.Thread(target=_look, args=(process, watched, steps))
    looking.start()
    lines = []
    for line in process.stdout or ():
        step = step_of(line)
        if step is not None:
            watched.marks[step] = _processor_seconds(process.pid)
        lines.append(line)
    looking.join()
    if process.wait():
        raise RuntimeError("".join(lines[-30:]))
    return watched


def _look(
    process: "subprocess.Popen[str]", watched: Watched, steps: Callable[[], Iterable[int]]
) -> None:
    looks = 0
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            for step in steps():
                if step not in watched.marks:
                    watched.marks[step] = _processor_seconds(process.pid)
            if looks % _LOOKS_A_WEIGHING == 0:
                watched.memory = max(watched.memory, _memory(process.pid))
        looks += 1
        time.sleep(_SECONDS_BETWEEN_LOOKS)


def _tree(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def _processor_seconds(pid: int) -> float:
    total = 0.0
    for each in _tree(pid):
        with contextlib.suppress(psutil.Error):
            times = each.cpu_times()
            total += times.user + times.system
    return total


def _memory(pid: int) -> int:
    total = 0
    for each in _tree(pid):
        with contextlib.suppress(psutil.Error):
            total += each.memory_full_info().pss
    return total
