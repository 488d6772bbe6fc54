"""Moving damaged or obstructing files to data/set_aside/DATE/; deletes nothing."""

import shutil
import time
from pathlib import Path

from engine.errors import WorkFailed
from engine.home import Home
from engine.reasons import reason_of

_BESIDE = ("-wal", "-shm")


def set_aside(home: Home, file: Path) -> Path:
    """Move a file or folder of the home to data/set_aside; returns its new path.

    Raises:
        WorkFailed: moving it fails.
    """
    target = home.set_aside / time.strftime("%Y-%m-%d") / home.relative(file)
    target = _free(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Not a rename, because data/images may link to another disk.
        shutil.move(file, target)
    except OSError as error:
        raise WorkFailed(
            "{file} could not be moved aside ({reason}).", file=file, reason=reason_of(error)
        ) from error
    return target


def set_database_aside(home: Home, file: Path) -> Path | None:
    """Move a database and its log to data/set_aside; None if it does not exist."""
    target = set_aside(home, file) if file.exists() else None
    for suffix in _BESIDE:
        beside = file.with_name(file.name + suffix)
        if beside.exists():
            moved = set_aside(home, beside)
            if target is not None:
                # SQLite finds the log by the database's name.
                moved.rename(target.with_name(target.name + suffix))
    return target


def _free(target: Path) -> Path:
    number = 1
    free = target
    while free.exists():
        number += 1
        free = target.with_name(f"{target.stem}-{number}{target.suffix}")
    return free
