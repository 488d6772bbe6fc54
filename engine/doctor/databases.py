"""Checking each database with SQLite's integrity check, and checking its backups."""

import contextlib
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from engine.backups.listing import list_backups
from engine.backups.making import databases_of
from engine.catalogue.presence import left_behind
from engine.database import read_unchanged
from engine.doctor.condition import Check
from engine.home import Home
from engine.language.message import Message, deferred, message, plural_message
from engine.reasons import reason_of
from engine.records import Text, read_record_or

_TITLES = {
    "catalogue": deferred("Catalogue"),
    "quality": deferred("Quality measures"),
    "features": deferred("Features of photographs"),
    "taxonomy": deferred("Taxonomy table"),
    "crops": deferred("Crops"),
    "manual_squares": deferred("Squares drawn by hand"),
    "downloads": deferred("Download history"),
}
_SHOWN = 20
_LATE = 3 * 86_400.0


@dataclass(frozen=True)
class _FailedBackup:
    """data/backups/failed.json; older versions wrote no `message`."""

    reason: Text
    message: Message | None = None


def examined(home: Home) -> dict[str, Path]:
    """The databases that are checked, by name: those that backups hold, and two others.

    Backups leave out the features, which are large and which the quality scan computes again, and
    the names of a taxonomy table, whose file can be added again.
    """
    return {**databases_of(home), "features": home.features, "taxonomy": home.taxonomy}


def database_checks(home: Home, catalogue_in_file: bool) -> list[Check]:
    """One check for each existing or required database, and one for the backups."""
    files = examined(home)
    checks: list[Check | None] = []
    for key, name in _TITLES.items():
        title = message(name)
        if key == "catalogue" and not catalogue_in_file:
            text = message("It is in MongoDB. Check it and back it up there with mongodump.")
            checks.append(Check("database-catalogue", title, "unknown", (text,)))
        else:
            checks.append(_database(home, key, title, files[key]))
    checks.append(_backups(home, catalogue_in_file))
    return [check for check in checks if check is not None]


def repair_of(home: Home, key: str) -> Message | None:
    """Describe the repair of a damaged database; None if there is none."""
    if restored := _restored_by(home, key):
        return restored
    if key in ("quality", "features", "crops"):
        return message("Move the file aside. A new one is made when it is needed.")
    if key == "taxonomy":
        return message("Move the file aside. Then add the taxonomy table again.")
    return None


def _restored_by(home: Home, key: str) -> Message | None:
    newest = next((b for b in list_backups(home) if key in b.databases), None)
    if newest is None:
        return None
    return message("Move the file aside and restore the backup {backup}.", backup=newest.name)


def integrity(file: Path) -> list[Message]:
    """The first few errors that SQLite finds in a database; empty if it is intact."""
    try:
        with contextlib.closing(read_unchanged(file)) as connection:
            found = connection.execute(f"PRAGMA integrity_check({_SHOWN})").fetchall()
    except sqlite3.Error as error:
        return [reason_of(error)]
    lines = [line.decode(errors="replace") for (line,) in found]
    return [] if lines == ["ok"] else [Message(line) for line in lines]


def _database(home: Home, key: str, title: Message, file: Path) -> Check | None:
    """Check a database; None if it does not exist and never did."""
    name = f"database-{key}"
    if not file.is_file() or not file.stat().st_size:
        if key == "catalogue" and left_behind(home):
            text = message("The file is gone, but what it described is still here.")
            return Check(name, title, "fault", (text,), repair=repair_of(home, key))
        if repair := _restored_by(home, key):
            text = message("The file is gone. A backup of it exists.")
            return Check(name, title, "doubtful", (text,), repair=repair)
        return None
    wrong = integrity(file)
    if wrong:
        text = message("SQLite found damage: {damage}.", damage=wrong[0])
        return Check(name, title, "fault", (text,), len(wrong), tuple(wrong), repair_of(home, key))
    return Check(name, title, "sound", (message("SQLite found no damage."),))


def _backups(home: Home, catalogue_in_file: bool) -> Check:
    title, backups, failure = message("Backups"), list_backups(home), _failure(home)
    if not backups:
        return Check("backups", title, "doubtful", (message("No backups yet."), *failure))
    age = time.time() - backups[0].made
    count, newest = len(backups), backups[0].name
    found = [
        plural_message(
            "{n} backup: {newest}.", "{n} backups. Newest: {newest}.", count, newest=newest
        )
    ]
    if not catalogue_in_file:
        found.append(
            message("They do not hold the catalogue, which is in MongoDB. Use mongodump there.")
        )
    late = age > _LATE or bool(failure)
    return Check("backups", title, "doubtful" if late else "sound", (*found, *failure))


def _failure(home: Home) -> list[Message]:
    failed = read_record_or(_FailedBackup, home.backups / "failed.json", None)
    if failed is None:
        return []
    return [
        message("The last backup failed: {reason}", reason=failed.message or failed.reason),
    ]
