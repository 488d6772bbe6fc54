"""Moving what is damaged or in the way to data/set_aside/DATE/; nothing is deleted."""

import shutil
import time
from pathlib import Path

from engine.errors import WorkFailed
from engine.home import Home
from engine.reasons import reason_of

_BESIDE = ("-wal", "-shm")


def set_aside(home: Home, file: Path) -> Path:
    """Move a file of the home, or a folder, out of the way; returns where it lies now.

    Raises:
        WorkFailed: the disk refuses.
    """
    target = home.set_aside / time.strftime("%Y-%m-%d") / home.relative(file)
    target = _free(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Not a rename: data/images may be a link to another disk.
        shutil.move(file, target)
    except OSError as error:
        raise WorkFailed(
            "{file} could not be moved aside ({reason}).", file=file, reason=reason_of(error)
        ) from error
    return target


def set_database_aside(home: Home, file: Path) -> Path | None:
    """Move a database and its log out of the way; None where there is none."""
    target = set_aside(home, file) if file.exists() else None
    for suffix in _BESIDE:
        beside = file.with_name(file.name + suffix)
        if beside.exists():
            moved = set_aside(home, beside)
            if target is not None:
                # Under the database's new name, the log still belongs to it.
                moved.rename(target.with_name(target.name + suffix))
    return target


def _free(target: Path) -> Path:
    number = 1
    free = target
    while free.exists():
        number += 1
        free = target.with_name(f"{target.stem}-{number}{target.suffix}")
    return free
