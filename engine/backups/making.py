"""Backups of the home's databases in data/backups/NAME/: verified, one per day, seven kept."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.backups.listing import MANIFEST, Backup, list_backups, read_backup
from engine.database import read_unchanged
from engine.errors import StudioError, WorkFailed
from engine.files import sha256_of, sync_to_disk, write_json
from engine.home import Home
from engine.language.message import Message, message
from engine.locks import claim, is_held, release
from engine.progress import JOB_VARIABLE
from engine.reasons import reason_of

KEPT = 7
"""Days kept; backups before a migration are counted separately (`KEPT_OF_MIGRATIONS`)."""
KEPT_OF_MIGRATIONS = 3
_PAGES_AT_ONCE = 2_048
# Bytes that are copied and checked within a second.
_SOON_COPIED = 40_000_000
_begun: dict[Path, str] = {}
_beginning = threading.Lock()


def databases_of(home: Home) -> dict[str, Path]:
    """The files that a backup copies, by name; some may not exist."""
    return {
        "catalogue": home.catalogue,
        "quality": home.quality,
        "crops": home.crops,
        "manual_squares": home.manual_squares,
        "downloads": home.download_store,
    }


def back_up(home: Home, name: str = "", gently: bool = False) -> Backup:
    """Copy every database now, without blocking readers and writers.

    The default name is the date, or the date and time if today has a backup. Old backups are
    removed: seven days are kept, with the first and last backup of each day. With `gently`, the
    thread gets a low priority.

    Raises:
        WorkFailed: there is nothing to copy, a copy fails its check, or writing fails.
    """
    name = name or _today()
    if (home.backups / name).exists():
        name = time.strftime("%Y-%m-%d-%H%M%S")
    files = {key: file for key, file in databases_of(home).items() if _has_content(file)}
    if not files:
        raise WorkFailed("There is nothing to back up in {folder}.", folder=home.data)
    made = write_backup(home.backups, name, files, gently)
    _thin(home)
    return made


def back_up_daily(home: Home) -> None:
    """Start today's backup in the background, unless it was made or started already.

    A separate process copies large databases; a thread copies small ones, and this process
    waits for it before it exits. A failure is recorded in data/backups/failed.json.
    """
    today = _today()
    with _beginning:
        if _begun.get(home.root) == today or not _has_content(home.catalogue):
            return
        _begun[home.root] = today
    if (home.backups / today / MANIFEST).exists() or is_held(_lock_of(home)):
        return
    if sum(map(_size, databases_of(home).values())) > _SOON_COPIED:
        _start_apart(home)
    else:
        threading.Thread(target=make_daily, args=(home,), name="backup").start()


def make_daily(home: Home) -> None:
    """Make today's backup, unless it exists or another process is making it.

    The calling thread keeps a low priority afterwards.
    """
    failed = home.backups / "failed.json"
    lock = None
    try:
        lock = claim(_lock_of(home))
        if lock is not None and not (home.backups / _today() / MANIFEST).exists():
            back_up(home, gently=True)
            failed.unlink(missing_ok=True)
    except (StudioError, OSError) as error:
        with contextlib.suppress(StudioError):
            failure = _failure(home, error)
            values = {"reason": failure.in_english(), "message": failure.record()}
            write_json(failed, {"t": time.time(), **values})
    finally:
        if lock is not None:
            release(lock)


def back_up_before_migration(catalogue: Path, version: int) -> str:
    """Copy a catalogue of this version before it is migrated; returns the backup's name.

    Raises:
        WorkFailed: the copy failed; the caller must not migrate.
    """
    name = f"{_today()}-version-{version}"
    folder = catalogue.parent / "backups"
    if not (folder / name / MANIFEST).exists():
        write_backup(folder, name, {"catalogue": catalogue})
    return name


def write_backup(
    folder: Path, name: str, files: Mapping[str, Path], gently: bool = False
) -> Backup:
    """Copy databases into folder/NAME, verified and atomically.

    With `gently`, the calling thread gets a low priority after copying.

    Raises:
        WorkFailed: a copy fails its check, or writing fails.
    """
    draft: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=folder))
        for file in files.values():
            _copy(file, draft)
        # Not earlier: while a database is copied, its log cannot be emptied.
        if gently:
            _yield_to_others()
        copied = {key: _verified(file, draft) for key, file in files.items()}
        write_json(draft / MANIFEST, {"made": time.time(), "databases": copied})
        draft.rename(folder / name)
    except OSError as error:
        raise WorkFailed(
            "The backup in {folder} could not be written ({reason}).",
            folder=folder,
            reason=reason_of(error),
        ) from error
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
    return read_backup(folder / name)


def verify(file: Path, nobody_writes: bool = False) -> dict[str, int]:
    """Check a whole database; returns the number of rows of each table.

    Raises:
        sqlite3.Error: the database is damaged.
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


def _copy(file: Path, folder: Path) -> None:
    with (
        _as_failure(file),
        contextlib.closing(read_unchanged(file)) as source,
        contextlib.closing(sqlite3.connect(folder / file.name)) as copy,
    ):
        # A consistent snapshot for the whole copy, whatever is written meanwhile.
        source.execute("BEGIN")
        source.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        source.backup(copy, pages=_PAGES_AT_ONCE)


def _verified(file: Path, folder: Path) -> dict[str, Any]:
    """The manifest entry for the copy of a database, after checking it."""
    copy = folder / file.name
    with _as_failure(file):
        rows = verify(copy, nobody_writes=True)
    sync_to_disk(copy)
    about = {"bytes": copy.stat().st_size, "sha256": sha256_of(copy), "rows": rows}
    return {"file": file.name, **about}


@contextlib.contextmanager
def _as_failure(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise WorkFailed(
            "{file} could not be backed up ({reason}). Earlier backups are kept. "
            "Run `doctor` to see what is wrong.",
            file=file,
            reason=reason_of(error),
        ) from error


def _start_apart(home: Home) -> None:
    inherited = {key: value for key, value in os.environ.items() if key != JOB_VARIABLE}
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.backups", str(home.root.absolute())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
        env=inherited,
        start_new_session=True,
    )
    # Waited for, so that a server keeps no zombie process.
    threading.Thread(target=process.wait, name="backup-apart", daemon=True).start()


def _failure(home: Home, error: StudioError | OSError) -> Message:
    if isinstance(error, StudioError):
        return error.message
    return message(
        "{file} could not be written ({reason}).",
        file=str(error.filename or home.backups),
        reason=reason_of(error),
    )


def _lock_of(home: Home) -> Path:
    return home.backups / ".lock"


def _yield_to_others() -> None:
    """Give the calling thread a low priority permanently."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)


def _thin(home: Home) -> None:
    """Remove the backups that exceed the number kept."""
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
    return _size(file) > 0


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _today() -> str:
    return time.strftime("%Y-%m-%d")
