"""The examination: databases, records, files, splits, checkpoints, temporary files."""

import time
from collections.abc import Iterator
from pathlib import Path

from engine.catalogue.opening import catalogue_settings, open_catalogue
from engine.catalogue.record import Photograph
from engine.doctor import files
from engine.doctor.condition import Check, Health, health_now, keep_health
from engine.doctor.databases import database_checks, repair_of
from engine.doctor.ledger import ExaminationLedger, open_ledger
from engine.doctor.leftovers import leftovers_check
from engine.doctor.reading import SpeciesTotals, records_of, sqlite_records
from engine.doctor.records import Walk
from engine.doctor.writings import checkpoints_check, splits_check
from engine.errors import BadInput, StudioError
from engine.home import Home
from engine.language.message import message
from engine.locks import claim, release
from engine.progress import Report, silent

USUAL_RATE = 50.0
"""Megabytes read per second, so that other programs can use the disk."""


def examine(
    home: Home, rate: float = USUAL_RATE, report: Report = silent, share: bool = False
) -> Health:
    """Check everything and save the result; repairs nothing.

    With `share`, reads only the thirtieth of the photographs that were read longest ago; the
    others keep their last result. An interrupted examination resumes. `rate` is in MB/s, 0 =
    unlimited.

    Raises:
        BadInput: another examination is running.
        WorkFailed: the doctor's database is damaged, or writing fails.
    """
    began, lock = time.time(), claim(home.data / "doctor.lock")
    if lock is None:
        raise BadInput("Another check of this home is running. Wait until it ends.")
    try:
        in_file = catalogue_settings(home).store == "sqlite"
        report(0, 0, message("Checking databases"))
        checks = database_checks(home, in_file)
        with open_ledger(home) as ledger:
            # Saved early, so that pages show a damaged database before the files are read.
            if any(check.state == "fault" for check in checks):
                keep_health(home, health_now(checks, began))
            checks += _records(home, ledger, in_file, report)
            files.list_files(home, ledger)
            if share:
                files.read_share(home, ledger, rate * 1e6, report)
            else:
                files.read_all(home, ledger, rate * 1e6, report)
            checks += files.checks(home, ledger)
            report(0, 0, message("Checking splits and checkpoints"))
            checks.append(splits_check(home, rate * 1e6))
            checks.append(checkpoints_check(home, rate * 1e6))
            checks.append(leftovers_check(home, ledger))
        health = health_now(checks, began)
        keep_health(home, health)
        return health
    finally:
        release(lock)


def _records(home: Home, ledger: ExaminationLedger, in_file: bool, report: Report) -> list[Check]:
    if in_file:
        return _sqlite_records(home, ledger, report)
    walk = Walk(ledger, "")
    try:
        with open_catalogue(home) as catalogue:
            total = catalogue.counts().images
            files.expect(ledger, walk.run(records_of(catalogue), report, total))
    except StudioError as error:
        return [Check("records", message("Records"), "unknown", (error.message,))]
    return walk.checks(SpeciesTotals(), None)


def _sqlite_records(home: Home, ledger: ExaminationLedger, report: Report) -> list[Check]:
    if not home.catalogue.is_file() or not home.catalogue.stat().st_size:
        text = message("There is no catalogue to read.")
        return [Check("records", message("Records"), "unknown", (text,))]
    totals, walk = SpeciesTotals(), Walk(ledger, _stamp(home.catalogue))
    files.expect(ledger, _valid(home, walk, totals, report))
    return walk.checks(totals, repair_of(home, "catalogue"))


def _valid(home: Home, walk: Walk, totals: SpeciesTotals, report: Report) -> Iterator[Photograph]:
    yield from walk.run(sqlite_records(home, totals), report, 0)


def _stamp(file: Path) -> str:
    """A value that changes whenever a program writes to the file."""
    parts = []
    for part in (file, file.with_name(f"{file.name}-wal")):
        if part.exists():
            about = part.stat()
            parts.append(f"{about.st_mtime_ns}:{about.st_size}")
    return " ".join(parts)
