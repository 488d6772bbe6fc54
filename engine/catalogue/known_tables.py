"""Recognising a table that was imported before, so that its rows are not read again."""

import hashlib
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path

from engine.catalogue.importing import ImportReport, Refusal
from engine.catalogue.table_mapping import Columns
from engine.files import sha256_of
from engine.language.message import Message


def key_of_import(table: Path, columns: Columns, source: str) -> str:
    """64 hex digits of all that an import of a table depends on: the bytes of the file, its name,
    the mapping, the source and the code that imports."""
    parts = (
        sha256_of(table),
        table.name,
        columns.mapping.model_dump_json(),
        "guessed" if columns.judged is not None else "given",
        source,
        _code(),
    )
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def written_report(report: ImportReport) -> str:
    """The report as JSON, for `report_again`."""
    refusals = [
        asdict(one) | {"message": one.message and one.message.record()} for one in report.refusals
    ]
    return json.dumps(
        {
            "known": report.photographs,
            "refused": report.refused,
            "listed": report.listed,
            "refusals": refusals,
        }
    )


def report_again(written: str) -> ImportReport:
    """The report of the same import again: all photographs are known."""
    values = json.loads(written)
    refusals = [
        Refusal(one["origin"], one["reason"], one["message"] and Message(**one["message"]))
        for one in values.pop("refusals")
    ]
    return ImportReport(refusals=refusals, **values)


@cache
def _code() -> str:
    """A digest of the modules that decide what becomes of a row."""
    digest = hashlib.sha256()
    for module in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(module.read_bytes())
    return digest.hexdigest()
