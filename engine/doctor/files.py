"""Comparing the photographs on disk with the records that name them."""

import itertools
import os
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.catalogue.record import Photograph
from engine.doctor.condition import SHOWN_ITEMS, Check, State
from engine.doctor.hashing import Reader
from engine.doctor.ledger import ExaminationLedger
from engine.home import Home
from engine.language.message import Message, deferred, message, plural_message
from engine.progress import Report

YOUNG_SECONDS = 600.0
"""An import may still add the record of a younger file."""
_DAYS_IN_A_ROUND = 30
_LEAST_SHARE = 200_000_000
_BATCH = 5_000
_BATCH_SECONDS = 2.0
_OLD_SECONDS = 60 * 86_400.0

# The faults, as conditions on `expected LEFT JOIN present LEFT JOIN hashed`.
_JOINED = "expected LEFT JOIN present USING (path) LEFT JOIN hashed USING (path)"
_CURRENT = "hashed.size = present.size AND hashed.mtime = present.mtime"
KINDS = {
    "missing": "present.path IS NULL",
    "empty": "present.size = 0",
    "changed": f"present.size > 0 AND {_CURRENT} AND hashed.sha256 <> expected.sha256",
}
_UNCHECKED = f"present.size > 0 AND (hashed.path IS NULL OR NOT ({_CURRENT}))"


def expect(ledger: ExaminationLedger, photographs: Iterable[Photograph]) -> None:
    """Record the files that the cached photographs name."""
    named = (one for one in photographs if one.state == "cached" and one.path)
    while batch := list(itertools.islice(named, _BATCH)):
        # One address is enough to download the file again.
        ledger.write(
            "INSERT INTO expected VALUES (?, ?, ?) ON CONFLICT (path) DO UPDATE "
            "SET fetchable = max(fetchable, excluded.fetchable)",
            ((one.path, bytes.fromhex(one.sha256), bool(one.url)) for one in batch),
        )


def list_files(home: Home, ledger: ExaminationLedger) -> None:
    """Record the existing files: those in data/images, and those that records name elsewhere."""
    ledger.write("INSERT OR REPLACE INTO present VALUES (?, ?, ?)", _on_disk(home))
    elsewhere = ledger.rows(
        "SELECT path FROM expected WHERE path NOT IN (SELECT path FROM present)"
    )
    ledger.write(
        "INSERT OR REPLACE INTO present VALUES (?, ?, ?)",
        (row for (path,) in elsewhere if (row := _row(home, path))),
    )


def read_all(home: Home, ledger: ExaminationLedger, rate: float, report: Report) -> None:
    """Read every file that was not read in this round; resumes an interrupted round."""
    began = float(ledger.note("round") or 0) or time.time()
    ledger.keep_note("round", str(began))
    _read(home, ledger, rate, report, began, 0)
    ledger.keep_note("round", "")


def read_share(home: Home, ledger: ExaminationLedger, rate: float, report: Report) -> None:
    """Read the files that were read longest ago, so that all are read every thirty days."""
    size = ledger.number("SELECT SUM(size) FROM present")
    most = max(_LEAST_SHARE, size // _DAYS_IN_A_ROUND)
    _read(home, ledger, rate, report, time.time(), most)


def read_new(home: Home, ledger: ExaminationLedger, rate: float, report: Report) -> None:
    """Read the files that are new or have changed since they were last read."""
    _read(home, ledger, rate, report, 0.0, 0)


def _read(
    home: Home, ledger: ExaminationLedger, rate: float, report: Report, began: float, most: int
) -> None:
    """Read files not read since `began`, at most `most` bytes (0 = all)."""
    waiting = ledger.rows(
        "SELECT present.path, present.size, present.mtime FROM present LEFT JOIN hashed "
        f"USING (path) WHERE present.size > 0 AND (hashed.path IS NULL OR NOT ({_CURRENT}) "
        "OR hashed.checked < ?) ORDER BY hashed.checked, present.path",
        [began],
    )
    reader, kept = Reader(rate), time.monotonic()
    read: list[tuple[str, int, int, bytes, float]] = []
    for done, (path, size, mtime) in enumerate(waiting):
        if most and reader.bytes >= most:
            break
        read.append(
            (path, size, mtime, bytes.fromhex(reader.sha256(home.resolve(path))), time.time())
        )
        if time.monotonic() - kept > _BATCH_SECONDS:
            _keep(ledger, read)
            read, kept = [], time.monotonic()
            report(done, len(waiting), message("Reading photographs"))
    _keep(ledger, read)
    report(len(waiting), len(waiting), message("Reading photographs"))


def _keep(ledger: ExaminationLedger, read: list[tuple[str, int, int, bytes, float]]) -> None:
    ledger.write("INSERT OR REPLACE INTO hashed VALUES (?, ?, ?, ?, ?)", read)


def checks(home: Home, ledger: ExaminationLedger) -> list[Check]:
    """The checks of the files, from the ledger."""
    return [
        *(_wrong(home, ledger, kind) for kind in KINDS),
        _bytes(ledger),
        _strays(home, ledger),
    ]


_TITLES = {
    "missing": deferred("Missing photographs"),
    "empty": deferred("Empty files"),
    "changed": deferred("Changed files"),
}
_FOUND = {
    "missing": deferred("{wrong} of {total} photographs are missing."),
    "empty": deferred("{wrong} of {total} files are empty."),
    "changed": deferred("{wrong} of {total} files have changed since they were imported."),
}


def _wrong(home: Home, ledger: ExaminationLedger, kind: str) -> Check:
    rows = ledger.rows(f"SELECT path, fetchable FROM {_JOINED} WHERE {KINDS[kind]}")
    ledger.keep_problems(kind, (path for path, _ in rows))
    title, expected = message(_TITLES[kind]), ledger.number("SELECT COUNT(*) FROM expected")
    if not rows:
        if kind == "changed":
            return _nothing_changed(ledger, title)
        text = plural_message("None among {n} file.", "None among {n} files.", expected)
        return Check(kind, title, "sound", (text,))
    items = tuple(path for path, _ in rows[:SHOWN_ITEMS])
    fetchable = sum(has_address for _, has_address in rows)
    found = [message(_FOUND[kind], wrong=len(rows), total=expected)]
    if kind == "missing" and len(rows) == expected:
        found.append(message("Is the disk with {folder} mounted?", folder=str(home.images)))
        return Check(kind, title, "fault", tuple(found), len(rows), items)
    if len(rows) > fetchable:
        found.append(
            plural_message(
                "{n} has no address to download it from: import it again.",
                "{n} have no address to download them from: import them again.",
                len(rows) - fetchable,
            )
        )
    return Check(kind, title, "fault", tuple(found), len(rows), items, _repair(kind, fetchable))


def _repair(kind: str, fetchable: int) -> Message | None:
    if kind == "missing":
        if not fetchable:
            return None
        return plural_message(
            "Mark {n} photograph for download.", "Mark {n} photographs for download.", fetchable
        )
    if not fetchable:
        return message("Move the files aside.")
    return plural_message(
        "Move the files aside and mark {n} photograph for download.",
        "Move the files aside and mark {n} photographs for download.",
        fetchable,
    )


def _nothing_changed(ledger: ExaminationLedger, title: Message) -> Check:
    read = ledger.number(f"SELECT COUNT(*) FROM {_JOINED} WHERE {_CURRENT} AND present.size > 0")
    if not read and ledger.number("SELECT COUNT(*) FROM expected"):
        return Check("changed", title, "unknown", (message("No file was read yet."),))
    text = plural_message("None among {n} file read.", "None among {n} files read.", read)
    return Check("changed", title, "sound", (text,))


def _bytes(ledger: ExaminationLedger) -> Check:
    title = message("Files not read")
    read = ledger.number(f"SELECT COUNT(*) FROM {_JOINED} WHERE {_CURRENT}")
    missing = ledger.number(f"SELECT COUNT(*) FROM {_JOINED} WHERE {_UNCHECKED}")
    old = ledger.number(
        f"SELECT COUNT(*) FROM {_JOINED} WHERE {_CURRENT} AND hashed.checked < ?",
        [time.time() - _OLD_SECONDS],
    )
    total = ledger.number("SELECT COUNT(*) FROM expected")
    if missing:
        text = message(
            "{missing} of {total} files not read yet. Some are read each day.",
            missing=missing,
            total=total,
        )
        return Check("unread", title, "unknown", (text,), missing)
    if old:
        text = message(
            "{old} of {total} files last read more than 60 days ago.", old=old, total=total
        )
        return Check("unread", title, "unknown", (text,), old)
    if total and not read:
        return Check("unread", title, "unknown", (message("No file could be read."),), total)
    text = plural_message(
        "None: {n} file read in the last 60 days.",
        "None: {n} files read in the last 60 days.",
        read,
    )
    return Check("unread", title, "sound", (text,))


def _strays(home: Home, ledger: ExaminationLedger) -> Check:
    title, newest = message("Files without a record"), (time.time() - YOUNG_SECONDS) * 1e9
    paths = [
        path
        for (path,) in ledger.rows(
            "SELECT path FROM present WHERE mtime < ? AND path NOT IN (SELECT path FROM expected) "
            "ORDER BY path",
            [newest],
        )
    ]
    ledger.keep_problems("strays", paths)
    if not paths:
        return Check("strays", title, "sound", (message("None."),))
    state: State = "doubtful"
    text = plural_message(
        "{n} file in {folder}.",
        "{n} files in {folder}.",
        len(paths),
        folder=home.relative(home.images),
    )
    repair = message("Add a record for each file whose species is known. Leave the others.")
    return Check("strays", title, state, (text,), len(paths), tuple(paths[:SHOWN_ITEMS]), repair)


def _on_disk(home: Home) -> Iterator[tuple[str, int, int]]:
    if not home.images.is_dir():
        return
    with os.scandir(home.images) as folders:
        for folder in folders:
            if folder.name[0] == "." or not folder.is_dir():
                continue
            with os.scandir(folder.path) as files:
                for file in files:
                    if file.name[0] != "." and file.is_file(follow_symlinks=False):
                        about = file.stat(follow_symlinks=False)
                        path = f"data/images/{folder.name}/{file.name}"
                        yield path, about.st_size, about.st_mtime_ns


def _row(home: Home, path: str) -> tuple[str, int, int] | None:
    try:
        about = Path(home.root, path).stat()
    except (OSError, ValueError):
        return None
    return (path, about.st_size, about.st_mtime_ns) if stat.S_ISREG(about.st_mode) else None
