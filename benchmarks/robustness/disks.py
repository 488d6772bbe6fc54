"""Disks that are full, out of inodes or read-only: an error message, no loss, and later success."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.robustness.homes import (
    Command,
    contents,
    faults,
    finished,
    is_a_sentence,
    prepared,
)

_SIZE = 12_000_000_000
_INODES = 20_000
_LEFT = 60_000


def fill(folder: Path, command: Command) -> tuple[int, list[str]]:
    """Run a command on a disk in each state; return the number of states and the failures.

    Only root can mount the small disk that this needs.
    """
    start = prepared(folder, command)
    unharmed = folder / "unharmed"
    shutil.copytree(start, unharmed, symlinks=True)
    status, errors = finished(unharmed, command.arguments)
    if status:
        raise RuntimeError(f"{command.name}: {errors}")
    wanted, wrong = contents(unharmed), []
    for state, spoil in _STATES.items():
        with _disk(folder / "disk") as disk:
            home = disk / "home"
            shutil.copytree(start, home, symlinks=True)
            mend = spoil(disk)
            found = _tried(home, command)
            mend()
            status, errors = finished(home, command.arguments)
            if status not in (0, 2):
                found.append(f"with room again it ended with {status}: {errors.strip()[-200:]}")
            if contents(home) != wanted:
                found.append("with room again it gave something else")
            wrong += [f"{command.name}, {state}: {what}" for what in found + faults(home)]
    return len(_STATES), wrong


def _tried(home: Path, command: Command) -> list[str]:
    status, errors = finished(home, command.arguments)
    if status and not is_a_sentence(errors):
        return [f"no sentence: {errors.strip()[-300:]}"]
    return []


def _full(disk: Path) -> Callable[[], None]:
    _remount(disk, f"size={shutil.disk_usage(disk).used + _LEFT}")
    return lambda: _remount(disk, f"size={_SIZE}")


def _without_inodes(disk: Path) -> Callable[[], None]:
    about = os.statvfs(disk)
    _remount(disk, f"nr_inodes={about.f_files - about.f_ffree}")
    return lambda: _remount(disk, f"nr_inodes={_INODES}")


def _read_only(disk: Path) -> Callable[[], None]:
    _remount(disk, "ro")
    return lambda: _remount(disk, "rw")


_STATES = {"full": _full, "no inodes": _without_inodes, "read-only": _read_only}


def _remount(disk: Path, option: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{option}", str(disk)], check=True)


@contextmanager
def _disk(folder: Path) -> Iterator[Path]:
    folder.mkdir(exist_ok=True)
    options = f"size={_SIZE},nr_inodes={_INODES}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
