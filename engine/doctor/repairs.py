"""Repairs of what an examination found. Nothing is deleted: files are moved to data/set_aside."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.backups.aside import set_aside, set_database_aside
from engine.backups.listing import list_backups
from engine.backups.making import databases_of
from engine.backups.restoring import require_quiet, restore_backup, restore_databases
from engine.catalogue.opening import open_catalogue
from engine.doctor.condition import Check, Health
from engine.doctor.ledger import forget_records, open_ledger
from engine.doctor.rebuild import adopt_files
from engine.errors import BadInput
from engine.files import sha256_of
from engine.home import Home
from engine.progress import Report, silent


@dataclass(frozen=True)
class Repaired:
    """What a repair did, in a sentence."""

    key: str
    text: str


def repairable(health: Health) -> list[Check]:
    """The checks that a repair can mend, each repair once."""
    by_way: dict[str, Check] = {}
    for check in health.checks:
        if check.repair:
            by_way.setdefault(_repair_key(check.key), check)
    return list(by_way.values())


def repair(home: Home, check: Check, report: Report = silent) -> Repaired:
    """Do what `check.repair` says.

    Each file is looked at once more before: one that was mended meanwhile is left alone.

    Raises:
        BadInput: there is no repair for it, or work is going on.
        WorkFailed: the disk or the store refuses.
    """
    way = _repair_key(check.key)
    if not check.repair:
        raise BadInput(f"There is no repair for this: {check.title}.")
    require_quiet(home)
    ways: dict[str, Callable[[Home], str]] = {
        "missing": _forget_missing,
        "empty": lambda home: _replace_damaged(home, "empty"),
        "changed": lambda home: _replace_damaged(home, "changed"),
        "strays": _adopt_strays,
        "temporary": _set_temporary_aside,
        "database-catalogue": _restore_catalogue,
    }
    report(0, 0, check.title)
    done = ways[way](home) if way in ways else _restore_other(home, way.removeprefix("database-"))
    return Repaired(check.key, done)


def _repair_key(key: str) -> str:
    return "database-catalogue" if key.startswith(("records", "counts")) else key


def _forget_missing(home: Home) -> str:
    missing = [path for path in _problems(home, "missing") if not home.resolve(path).is_file()]
    again = _fetch_again(home, missing)
    return f"{again:,} of {len(missing):,} missing photographs will be fetched again."


def _replace_damaged(home: Home, kind: str) -> str:
    damaged = [path for path in _problems(home, kind) if _is_damaged(home.resolve(path))]
    for path in damaged:
        set_aside(home, home.resolve(path))
    again = _fetch_again(home, damaged)
    text = f"{len(damaged):,} files were moved to {home.relative(home.set_aside)}. "
    return text + f"{again:,} will be fetched again."


def _is_damaged(file: Path) -> bool:
    return file.is_file() and sha256_of(file) != file.stem


def _fetch_again(home: Home, paths: list[str]) -> int:
    """Mark photographs as not here where they have an address.

    The others keep their path, so that importing them again brings the file back to it.
    """
    with open_catalogue(home) as catalogue:
        return len(catalogue.let_go(Path(path).stem for path in paths))


def _adopt_strays(home: Home) -> str:
    strays = _problems(home, "strays")
    with open_catalogue(home) as catalogue:
        added = adopt_files(home, catalogue, strays)
    return f"{added:,} records were added for {len(strays):,} files. The others stay as they are."


def _set_temporary_aside(home: Home) -> str:
    moved = [path for path in _problems(home, "temporary") if home.resolve(path).exists()]
    for path in moved:
        set_aside(home, home.resolve(path))
    return f"{len(moved):,} were moved to {home.relative(home.set_aside)}."


def _restore_catalogue(home: Home) -> str:
    restored = restore_backup(home)
    forget_records(home)
    return (
        f"The backup {restored.backup} was restored: {restored.photographs:,} photographs. "
        f"The former file is {', '.join(restored.set_aside) or 'gone'}."
    )


def _restore_other(home: Home, key: str) -> str:
    newest = next((b for b in list_backups(home) if key in b.databases), None)
    if newest is not None:
        aside = restore_databases(home, newest, [key])
        return f"The backup {newest.name} was restored. The former file is {', '.join(aside)}."
    file = set_database_aside(home, databases_of(home)[key])
    return f"It was moved to {home.relative(file) if file else 'nowhere'} and is made anew."


def _problems(home: Home, kind: str) -> list[str]:
    with open_ledger(home) as ledger:
        return ledger.problems(kind)
