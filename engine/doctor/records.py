"""Checking the records of the catalogue: whether they are valid, and unchanged since last read.

The check finds undecodable text, invalid values, a path that does not match the hash, and counts
that do not match the records. It also finds a record that changed while nothing was written to
the catalogue, one that changed in a field which the studio never changes after import (address,
observation, observer, attribution, licence), and a missing record.

It cannot find a valid but wrong value in a field that the studio does change (width, height,
perceptual hash, former name) if the catalogue was written to since, nor any change before the
first examination.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator

from engine.catalogue.fields import TEXTS
from engine.catalogue.record import Photograph
from engine.doctor.condition import Check, State, Wrong
from engine.doctor.ledger import ExaminationLedger
from engine.doctor.reading import SpeciesTotals, UnreadableFile
from engine.language.message import Message, message, plural_message
from engine.progress import Report

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PHASH = re.compile(r"[0-9a-f]{16}")
_CONTROL = re.compile("[\x00-\x1f\x7f\ufffd]")
# The order is fixed: the ledger of every home holds digests of these fields.
_FIXED = ("url", "observation_id", "observer", "attribution", "license")
_LARGEST_SIDE = 1_000_000
_BATCH = 5_000
Row = tuple[int, int, int, int]


def fault_of(photograph: Photograph) -> Message | None:
    """Why a record is invalid; None if it is valid."""
    width, height = photograph.width, photograph.height
    if not photograph.image_id or not photograph.species:
        return message("it has no id or no species")
    if photograph.state not in ("cached", "remote"):
        return message("its state is {state}", state=repr(photograph.state))
    if photograph.sha256 and not _SHA256.fullmatch(photograph.sha256):
        return message("its SHA-256 is not valid")
    if photograph.phash and not _PHASH.fullmatch(photograph.phash):
        return message("its perceptual hash is not valid")
    if not all(isinstance(side, int) and 0 <= side <= _LARGEST_SIDE for side in (width, height)):
        return message("its width or height is not valid")
    if photograph.state == "cached" and not photograph.path:
        return message("it is cached but has no path")
    if photograph.path.startswith("data/images/"):
        name = photograph.path.rpartition("/")[2]
        if photograph.sha256 and name.partition(".")[0] != photograph.sha256:
            return message("its path does not match its SHA-256")
    elif photograph.path and (photograph.path[0] == "/" or ".." in photograph.path.split("/")):
        return message("its path leads out of the home")
    return None


def doubt_of(photograph: Photograph) -> Message | None:
    """What is suspicious about a valid record; None if nothing is."""
    # All texts joined into one, because nearly every record is valid.
    if not _CONTROL.search("".join(getattr(photograph, name) for name in TEXTS)):
        return None
    odd = next(name for name in TEXTS if _CONTROL.search(getattr(photograph, name)))
    return message("the field {name} holds control characters", name=odd)


class Walk:
    """One pass over the records: validates them, and compares them with the last pass."""

    def __init__(self, ledger: ExaminationLedger, stamp: str) -> None:
        self._ledger = ledger
        self._number = ledger.number("SELECT MAX(walk) FROM record") + 1
        # True if the file was not written to since the last pass.
        self._unwritten = bool(stamp) and ledger.note("stamp") == stamp
        self._stamp = stamp
        self._rows: list[Row] = []
        self._ids: list[str] = []
        self.records = self.gone = 0
        self.broken, self.odd, self.altered = Wrong(), Wrong(), Wrong()

    def run(
        self, records: Iterable[Photograph | UnreadableFile], report: Report, total: int
    ) -> Iterator[Photograph]:
        """Yield every valid record."""
        report(0, total, message("Reading records"))
        for record in records:
            if isinstance(record, UnreadableFile):
                self.broken.add(_item(record.where, record.reason))
                continue
            self.records += 1
            if self.records % _BATCH == 0:
                self._compare()
                report(self.records, total, message("Reading records"))
            self._remember(record)
            if fault := fault_of(record):
                self.broken.add(_item(record.image_id, fault))
                continue
            if doubt := doubt_of(record):
                self.odd.add(_item(record.image_id, doubt))
            yield record
        self._compare()
        self._end()

    def _remember(self, record: Photograph) -> None:
        fixed = _digest(*(getattr(record, name) for name in _FIXED))
        self._rows.append((_digest(record.image_id), fixed, _digest(*map(str, record)), 0))
        self._ids.append(record.image_id)

    def _compare(self) -> None:
        ids = {row[0]: image_id for row, image_id in zip(self._rows, self._ids, strict=True)}
        marks = ",".join("?" * len(ids))
        known = self._ledger.rows(
            f"SELECT key, fixed, whole FROM record WHERE key IN ({marks})", list(ids)
        )
        before = {key: (fixed, whole) for key, fixed, whole in known}
        for key, fixed, whole, _ in self._rows:
            fixed_before, whole_before = before.get(key, (fixed, whole))
            if fixed != fixed_before or (self._unwritten and whole != whole_before):
                self.altered.add(ids[key])
        self._ledger.write(
            "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?)",
            ((key, fixed, whole, self._number) for key, fixed, whole, _ in self._rows),
        )
        self._rows, self._ids = [], []

    def _end(self) -> None:
        self.gone = self._ledger.number(
            "SELECT COUNT(*) FROM record WHERE walk <> ?", [self._number]
        )
        self._ledger.write("DELETE FROM record WHERE walk <> ?", [(self._number,)])
        self._ledger.keep_note("stamp", self._stamp)

    def checks(self, totals: SpeciesTotals, repair: Message | None) -> list[Check]:
        """The checks of the pass. `repair` describes the repair of a damaged catalogue."""
        found = [self._valid(repair), self._changed(repair)]
        if self.gone:
            text = plural_message(
                "{n} record fewer than at the last check.",
                "{n} records fewer than at the last check.",
                self.gone,
            )
            title = message("Missing records")
            found.append(
                Check("records-gone", title, "doubtful", (text,), self.gone, repair=repair)
            )
        if totals.recorded or totals.found:
            found.append(_counts(totals, repair))
        return found

    def _valid(self, repair: Message | None) -> Check:
        title = message("Records")
        if self.broken.count:
            text = message(
                "{damaged} damaged. {records} could be read.",
                damaged=self.broken.count,
                records=self.records,
            )
            items = tuple(self.broken.items)
            return Check("records", title, "fault", (text,), self.broken.count, items, repair)
        if self.odd.count:
            text = plural_message(
                "{n} record holds control characters.",
                "{n} records hold control characters.",
                self.odd.count,
            )
            items = tuple(self.odd.items)
            return Check("records", title, "doubtful", (text,), self.odd.count, items)
        text = plural_message(
            "{n} record read. It is valid.", "{n} records read. All are valid.", self.records
        )
        return Check("records", title, "sound", (text,))

    def _changed(self, repair: Message | None) -> Check:
        title, count = message("Changed records"), self.altered.count
        if not count:
            return Check("records-changed", title, "sound", (message("None."),))
        if self._unwritten:
            text = plural_message(
                "{n} record changed on disk although nothing was written.",
                "{n} records changed on disk although nothing was written.",
                count,
            )
        else:
            text = plural_message(
                "{n} record changed in fields that the studio never changes.",
                "{n} records changed in fields that the studio never changes.",
                count,
            )
        state: State = "fault" if self._unwritten else "doubtful"
        items = tuple(self.altered.items)
        return Check("records-changed", title, state, (text,), count, items, repair)


def _counts(totals: SpeciesTotals, repair: Message | None) -> Check:
    title = message("Counts")
    if not totals.whole:
        text = message("Not every record could be read.")
        return Check("counts", title, "unknown", (text,))
    numbers = totals.recorded.keys() | totals.found.keys()
    wrong = [n for n in numbers if totals.recorded.get(n, 0) != totals.found.get(n, 0)]
    if wrong:
        text = message(
            "{wrong} of {total} counts by species and source are wrong.",
            wrong=len(wrong),
            total=len(numbers),
        )
        return Check("counts", title, "fault", (text,), len(wrong), repair=repair)
    text = plural_message(
        "{n} count by species and source is right.",
        "{n} counts by species and source are right.",
        len(numbers),
    )
    return Check("counts", title, "sound", (text,))


def _item(where: str | Message, reason: str | Message) -> Message:
    return message("{where}: {reason}", where=where, reason=reason)


def _digest(*texts: str) -> int:
    hashed = hashlib.blake2b("\0".join(texts).encode(errors="replace"), digest_size=8)
    return int.from_bytes(hashed.digest(), signed=True)
