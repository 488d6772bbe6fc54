"""Whether each database passes SQLite's own check, and whether there is a backup of it."""

import contextlib
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from engine.backups.listing import list_backups
from engine.backups.making import databases_of
from engine.catalogue.presence import left_behind
from engine.database import read_unchanged
from engine.doctor.condition import Check, many
from engine.home import Home
from engine.records import Text, read_record_or

_TITLES = {
    "catalogue": "Catalogue",
    "quality": "Measures of quality",
    "crops": "Crops",
    "manual_squares": "Squares drawn by hand",
    "downloads": "Download history",
}
_SHOWN = 20
_LATE = 3 * 86_400.0


@dataclass(frozen=True)
class _FailedBackup:
    """data/backups/failed.json."""

    reason: Text


def database_checks(home: Home, catalogue_in_file: bool) -> list[Check]:
    """One check for each database that there is or should be, and one for the backups."""
    files = databases_of(home)
    checks: list[Check | None] = []
    for key, title in _TITLES.items():
        if key == "catalogue" and not catalogue_in_file:
            text = "A MongoDB holds it. Check and back it up there (mongodump)."
            checks.append(Check("database-catalogue", title, "unknown", text))
        else:
            checks.append(_database(home, key, title, files[key]))
    checks.append(_backups(home, catalogue_in_file))
    return [check for check in checks if check is not None]


def repair_of(home: Home, key: str) -> str:
    """What brings a damaged database back, in words; empty where nothing does."""
    if restored := _restored_by(home, key):
        return restored
    if key in ("quality", "crops"):
        return "Moves the file aside; it is made anew when it is needed."
    return ""


def _restored_by(home: Home, key: str) -> str:
    newest = next((b for b in list_backups(home) if key in b.databases), None)
    return f"Moves the file aside and restores the backup {newest.name}." if newest else ""


def integrity(file: Path) -> list[str]:
    """What SQLite finds wrong with a database, the first few; empty where nothing is."""
    try:
        with contextlib.closing(read_unchanged(file)) as connection:
            found = connection.execute(f"PRAGMA integrity_check({_SHOWN})").fetchall()
    except sqlite3.Error as error:
        return [str(error)]
    lines = [line.decode(errors="replace") for (line,) in found]
    return [] if lines == ["ok"] else lines


def _database(home: Home, key: str, title: str, file: Path) -> Check | None:
    """None where there never was such a database: nothing can be said of it."""
    name = f"database-{key}"
    if not file.is_file() or not file.stat().st_size:
        if key == "catalogue" and (left := left_behind(home)):
            text = f"The file is gone. Still here: {left}."
            return Check(name, title, "fault", text, repair=repair_of(home, key))
        if repair := _restored_by(home, key):
            text = "The file is gone, but a backup holds it."
            return Check(name, title, "doubtful", text, repair=repair)
        return None
    wrong = integrity(file)
    if wrong:
        text = f"SQLite finds damage: {wrong[0]}."
        return Check(name, title, "fault", text, len(wrong), tuple(wrong), repair_of(home, key))
    return Check(name, title, "sound", "SQLite finds no damage.")


def _backups(home: Home, catalogue_in_file: bool) -> Check:
    title, backups = "Backups", list_backups(home)
    if not backups:
        return Check("backups", title, "doubtful", "There is none yet." + _failure(home))
    age = time.time() - backups[0].made
    text = f"{many(len(backups), 'backup')}; the newest is {backups[0].name}."
    if not catalogue_in_file:
        text += " The catalogue in the MongoDB is not in it (mongodump)."
    failure = _failure(home)
    late = age > _LATE or bool(failure)
    return Check("backups", title, "doubtful" if late else "sound", text + failure)


def _failure(home: Home) -> str:
    failed = read_record_or(_FailedBackup, home.backups / "failed.json", None)
    return f" The last attempt failed: {failed.reason}" if failed else ""
