"""Copies of the home's databases: data/backups/NAME/, each verified, one a day, seven kept."""

import contextlib
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from engine.backups.listing import MANIFEST, Backup, list_backups, read_backup
from engine.database import read_unchanged
from engine.errors import StudioError, WorkFailed
from engine.files import sha256_of, write_json
from engine.home import Home
from engine.locks import claim, release

KEPT = 7
"""Days; backups before a migration are counted apart: `KEPT_OF_MIGRATIONS`."""
KEPT_OF_MIGRATIONS = 3
_PAGES_AT_ONCE = 2_048
_begun: dict[Path, str] = {}
_beginning = Lock()


def databases_of(home: Home) -> dict[str, Path]:
    """The files that a backup copies, by name; not all need be there."""
    return {
        "catalogue": home.catalogue,
        "quality": home.quality,
        "crops": home.crops,
        "manual_squares": home.manual_squares,
        "downloads": home.journal,
    }


def back_up(home: Home, name: str = "") -> Backup:
    """Copy every database now; readers and writers go on.

    Unless named, it is called after today, or after this second where today has one. The oldest
    are removed: seven days are kept, and of each day the first backup and the last.

    Raises:
        WorkFailed: nothing is there to copy, a copy does not pass its check, or the disk refuses.
    """
    name = name or _today()
    if (home.backups / name).exists():
        name = time.strftime("%Y-%m-%d-%H%M%S")
    files = {key: file for key, file in databases_of(home).items() if _has_content(file)}
    if not files:
        raise WorkFailed(f"There is nothing to back up in {home.data}.")
    made = write_backup(home.backups, name, files)
    _thin(home)
    return made


def back_up_daily(home: Home) -> None:
    """Begin today's backup in the background, unless it was made or begun already.

    The process waits for it before it exits. A failure is left in data/backups/failed.json.
    """
    today = _today()
    with _beginning:
        if _begun.get(home.root) == today or not _has_content(home.catalogue):
            return
        _begun[home.root] = today
    if not (home.backups / today / MANIFEST).exists():
        Thread(target=_daily, args=(home,), name="backup").start()


def back_up_before_migration(catalogue: Path, version: int) -> None:
    """Copy a catalogue of this version, of which a newer one is about to be made.

    Raises:
        WorkFailed: the copy could not be made; nothing may be changed then.
    """
    name = f"{_today()}-version-{version}"
    folder = catalogue.parent / "backups"
    if not (folder / name / MANIFEST).exists():
        write_backup(folder, name, {"catalogue": catalogue})


def write_backup(folder: Path, name: str, files: Mapping[str, Path]) -> Backup:
    """Copy databases into folder/NAME, which appears whole and verified or not at all.

    Raises:
        WorkFailed: a copy does not pass its check, or the disk refuses.
    """
    draft: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=folder))
        told = {key: _copy(key, file, draft) for key, file in files.items()}
        write_json(draft / MANIFEST, {"made": time.time(), "databases": told})
        draft.rename(folder / name)
    except OSError as error:
        reason = error.strerror or str(error)
        raise WorkFailed(f"The backup in {folder} could not be written ({reason}).") from error
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
    return read_backup(folder / name)


def verify(file: Path, nobody_writes: bool = False) -> dict[str, int]:
    """Check a whole database; returns the rows of each of its tables.

    Raises:
        sqlite3.Error: it is damaged.
    """
    with contextlib.closing(read_unchanged(file, nobody_writes)) as connection:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != b"ok":
            raise sqlite3.DatabaseError(found.decode(errors="replace"))
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        tables = [name.decode() for (name,) in names]
        return {
            table: int(connection.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()[0])
            for table in tables
        }


def _copy(key: str, file: Path, folder: Path) -> dict[str, Any]:
    target = folder / file.name
    try:
        with (
            contextlib.closing(read_unchanged(file)) as source,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            # One state for the whole copy, however much is written meanwhile.
            source.execute("BEGIN")
            source.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
            source.backup(copy, pages=_PAGES_AT_ONCE)
        rows = verify(target, nobody_writes=True)
    except sqlite3.Error as error:
        raise WorkFailed(
            f"{file} could not be backed up ({error}). Earlier backups are kept. "
            "See what is wrong with `doctor`."
        ) from error
    with target.open("rb") as stream:
        os.fsync(stream.fileno())
    about = {"bytes": target.stat().st_size, "sha256": sha256_of(target), "rows": rows}
    return {"file": file.name, **about}


def _daily(home: Home) -> None:
    failed = home.backups / "failed.json"
    lock = None
    try:
        lock = claim(home.backups / ".lock")
        if lock is not None and not (home.backups / _today() / MANIFEST).exists():
            back_up(home)
            failed.unlink(missing_ok=True)
    except (StudioError, OSError) as error:
        with contextlib.suppress(StudioError):
            write_json(failed, {"t": time.time(), "reason": str(error)})
    finally:
        if lock is not None:
            release(lock)


def _thin(home: Home) -> None:
    """Remove the oldest backups beyond those that are kept."""
    days: dict[str, list[Backup]] = {}
    migrations = []
    for backup in list_backups(home):
        if backup.before_migration:
            migrations.append(backup)
        else:
            days.setdefault(backup.name[: len("2026-11-30")], []).append(backup)
    old = migrations[KEPT_OF_MIGRATIONS:]
    for place, day in enumerate(days.values()):
        old += day if place >= KEPT else day[1:-1]
    for backup in old:
        shutil.rmtree(backup.root, ignore_errors=True)


def _has_content(file: Path) -> bool:
    try:
        return file.stat().st_size > 0
    except OSError:
        return False


def _today() -> str:
    return time.strftime("%Y-%m-%d")
