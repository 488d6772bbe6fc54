"""SIGKILL at random moments: afterwards the same command gives the same result as without it."""

import os
import random
import shutil
import signal
import time
from pathlib import Path

from benchmarks.robustness.homes import Command, contents, engine, faults, finished, prepared

_TRIES = 3
"""A kill that comes after the end is retried, up to as many times as kills are wanted."""


def kill(folder: Path, command: Command, kills: int, seed: int = 0) -> tuple[int, list[str]]:
    """Kill a command this many times before its end, each time in a new copy of its home.

    Returns:
        The number of kills, less than requested if it kept ending before; and the failures.
    """
    unharmed = prepared(folder, command)
    before = folder / "before"
    shutil.rmtree(before, ignore_errors=True)
    shutil.copytree(unharmed, before, symlinks=True)
    began = time.monotonic()
    status, errors = finished(unharmed, command.arguments)
    seconds = time.monotonic() - began
    if status:
        raise RuntimeError(f"{command.name}: {errors}")
    wanted, moments = contents(unharmed), random.Random(f"{seed} {command.name}")
    wrong, in_time = [], 0
    for number in range(_TRIES * kills):
        if in_time == kills:
            break
        harmed = folder / "harmed"
        shutil.rmtree(harmed, ignore_errors=True)
        shutil.copytree(before, harmed, symlinks=True)
        moment = moments.uniform(0.2, 1.0) * seconds
        process = engine(harmed, command.arguments)
        time.sleep(moment)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        in_time += process.returncode == -signal.SIGKILL
        found = faults(harmed)
        status, errors = finished(harmed, command.arguments)
        # Work finished before the kill is bad input the second time: a split that exists.
        if status not in (0, 2):
            found.append(f"repeated, it ended with {status}: {errors.strip()[-200:]}")
        found += faults(harmed)
        if contents(harmed) != wanted:
            found.append("repeated, it gave something else")
        wrong += [f"{command.name}, kill {number} after {moment:.2f} s: {what}" for what in found]
    return in_time, wrong
