"""Restoring databases from a backup; the current ones are set aside."""

import contextlib
import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from engine.backups.aside import set_database_aside
from engine.backups.listing import Backup, Copied, find_backup
from engine.backups.making import databases_of, verify
from engine.errors import BadInput, WorkFailed
from engine.files import sha256_of, sync_to_disk
from engine.home import Home
from engine.locks import is_held
from engine.reasons import reason_of


@dataclass(frozen=True)
class Restored:
    """The result of a restore: the backup's name, the databases, and the files set aside."""

    backup: str
    databases: tuple[str, ...]
    photographs: int
    set_aside: tuple[str, ...]


def restore_backup(home: Home, name: str = "") -> Restored:
    """Restore the catalogue from a backup, by default the newest.

    Also restores the other databases if they are missing or damaged.

    Raises:
        BadInput: the backup does not exist, it holds no catalogue, or a job is running.
        WorkFailed: the backup is damaged, or writing fails; nothing was changed.
    """
    backup = find_backup(home, name)
    if "catalogue" not in backup.databases:
        raise BadInput("The backup {backup} holds no catalogue.", backup=backup.name)
    files = databases_of(home)
    chosen = [
        key
        for key in backup.databases
        if key == "catalogue" or (key in files and not is_sound(files[key]))
    ]
    aside = restore_databases(home, backup, chosen)
    return Restored(backup.name, tuple(chosen), backup.photographs or 0, aside)


def restore_databases(home: Home, backup: Backup, names: list[str]) -> tuple[str, ...]:
    """Restore these databases; returns the new paths of the replaced ones."""
    require_quiet(home)
    files, aside = databases_of(home), []
    drafts = {key: _draft(backup.databases[key], files[key]) for key in names}
    try:
        for key, draft in drafts.items():
            former = set_database_aside(home, files[key])
            if former is not None:
                aside.append(home.relative(former))
            draft.replace(files[key])
    except OSError as error:
        raise WorkFailed(
            "{file} could not be restored ({reason}).", file=error.filename, reason=reason_of(error)
        ) from error
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    return tuple(aside)


def require_quiet(home: Home) -> None:
    """Check that no job or download is using the databases.

    Raises:
        BadInput: a job or download is running.
    """
    own = os.environ.get("STUDIO_JOB_FOLDER", "")
    locks = [*home.jobs.glob("*/lock"), home.downloads / "lock"]
    busy = [lock.parent.name for lock in locks if str(lock.parent) != own and is_held(lock)]
    if busy:
        raise BadInput("Background jobs are running ({jobs}). Stop them first.", jobs=busy)


def is_sound(file: Path) -> bool:
    """Whether a database exists and passes its full check."""
    if not file.is_file() or not file.stat().st_size:
        return False
    with contextlib.suppress(sqlite3.Error):
        verify(file)
        return True
    return False


def _draft(copied: Copied, target: Path) -> Path:
    """A verified copy in the folder of `target`."""
    if not copied.file.is_file() or sha256_of(copied.file) != copied.sha256:
        raise WorkFailed(
            "The file {file} of the backup is damaged. Nothing was changed. Choose another backup.",
            file=copied.file,
        )
    draft = target.with_name(f".{target.name}.restored")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(copied.file, draft)
        sync_to_disk(draft)
    except OSError as error:
        raise WorkFailed(
            "{file} could not be written ({reason}).", file=draft, reason=reason_of(error)
        ) from error
    return draft
