"""Repairing faults from an examination. Deletes nothing: files move to data/set_aside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.backups.aside import set_aside, set_database_aside
from engine.backups.listing import list_backups
from engine.backups.restoring import require_quiet, restore_backup, restore_databases
from engine.catalogue.opening import open_catalogue
from engine.doctor.condition import Check, Health
from engine.doctor.databases import examined
from engine.doctor.ledger import forget_records, open_ledger
from engine.doctor.rebuild import adopt_files
from engine.errors import BadInput
from engine.files import sha256_of
from engine.home import Home
from engine.language.message import Message, message, plural_message
from engine.progress import Report, silent


@dataclass(frozen=True)
class Repaired:
    """The result of a repair, in one or more sentences."""

    key: str
    done: tuple[Message, ...]

    @property
    def text(self) -> str:
        """The result in the reader's language."""
        return " ".join(map(str, self.done))

    def in_english(self) -> str:
        """The result in English, for other programs."""
        return " ".join(sentence.in_english() for sentence in self.done)


def repairable(health: Health) -> list[Check]:
    """The checks that have a repair; each repair appears once."""
    by_way: dict[str, Check] = {}
    for check in health.checks:
        if check.repair:
            by_way.setdefault(_repair_key(check.key), check)
    return list(by_way.values())


def repair(home: Home, check: Check, report: Report = silent) -> Repaired:
    """Carry out `check.repair`.

    Checks each file again first, and skips a file that is no longer at fault.

    Raises:
        BadInput: the check has no repair, or a job or download is running.
        WorkFailed: the disk or the store fails.
    """
    way = _repair_key(check.key)
    if not check.repair:
        raise BadInput("There is no repair for this: {title}.", title=check.title)
    require_quiet(home)
    ways: dict[str, Callable[[Home], list[Message]]] = {
        "missing": _forget_missing,
        "empty": lambda home: _replace_damaged(home, "empty"),
        "changed": lambda home: _replace_damaged(home, "changed"),
        "strays": _adopt_strays,
        "temporary": _set_temporary_aside,
        "database-catalogue": _restore_catalogue,
    }
    report(0, 0, check.title)
    done = ways[way](home) if way in ways else _restore_other(home, way.removeprefix("database-"))
    return Repaired(check.key, tuple(done))


def _repair_key(key: str) -> str:
    return "database-catalogue" if key.startswith(("records", "counts")) else key


def _forget_missing(home: Home) -> list[Message]:
    missing = [path for path in _problems(home, "missing") if not home.resolve(path).is_file()]
    again = _fetch_again(home, missing)
    return [
        message(
            "{again} of {missing} missing photographs are marked for download.",
            again=again,
            missing=len(missing),
        )
    ]


def _replace_damaged(home: Home, kind: str) -> list[Message]:
    damaged = [path for path in _problems(home, kind) if _is_damaged(home.resolve(path))]
    for path in damaged:
        set_aside(home, home.resolve(path))
    again = _fetch_again(home, damaged)
    return [_moved(home, len(damaged)), message("{again} marked for download.", again=again)]


def _is_damaged(file: Path) -> bool:
    return file.is_file() and sha256_of(file) != file.stem


def _fetch_again(home: Home, paths: list[str]) -> int:
    """Mark photographs that have an address as remote.

    The others keep their path, so that importing them again restores the file there.
    """
    with open_catalogue(home) as catalogue:
        return len(catalogue.let_go(Path(path).stem for path in paths))


def _adopt_strays(home: Home) -> list[Message]:
    strays = _problems(home, "strays")
    with open_catalogue(home) as catalogue:
        added = adopt_files(home, catalogue, strays)
    return [
        message("Added {added} records for {files} files.", added=added, files=len(strays)),
    ]


def _set_temporary_aside(home: Home) -> list[Message]:
    moved = [path for path in _problems(home, "temporary") if home.resolve(path).exists()]
    for path in moved:
        set_aside(home, home.resolve(path))
    return [_moved(home, len(moved))]


def _restore_catalogue(home: Home) -> list[Message]:
    restored = restore_backup(home)
    forget_records(home)
    done = plural_message(
        "Restored the backup {backup} with {n} photograph.",
        "Restored the backup {backup} with {n} photographs.",
        restored.photographs,
        backup=restored.backup,
    )
    return [done, *_set_aside(restored.set_aside)]


def _restore_other(home: Home, key: str) -> list[Message]:
    newest = next((b for b in list_backups(home) if key in b.databases), None)
    if newest is not None:
        aside = restore_databases(home, newest, [key])
        return [message("Restored the backup {backup}.", backup=newest.name), *_set_aside(aside)]
    file = set_database_aside(home, examined(home)[key])
    again = message("A new file is made when it is needed.")
    if key == "taxonomy":
        again = message("Add the taxonomy table again.")
    return [*_set_aside((home.relative(file),) if file else ()), again]


def _set_aside(files: Sequence[str]) -> list[Message]:
    """A message with the new paths of the replaced files."""
    return [message("The former file is {file}.", file=file) for file in files]


def _moved(home: Home, count: int) -> Message:
    return plural_message(
        "Moved {n} file to {folder}.",
        "Moved {n} files to {folder}.",
        count,
        folder=home.relative(home.set_aside),
    )


def _problems(home: Home, kind: str) -> list[str]:
    with open_ledger(home) as ledger:
        return ledger.problems(kind)
