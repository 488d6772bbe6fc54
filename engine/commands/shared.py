"""What every command takes and gives."""

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.catalogue.conditions import CONDITIONS
from engine.catalogue.importing import ImportReport
from engine.catalogue.opening import open_catalogue
from engine.catalogue.store import UNSTATED, Catalogue
from engine.errors import WorkFailed
from engine.home import Home, chosen_root, open_home
from engine.jobs.job import report_result
from engine.language.message import gettext
from engine.progress import ProgressReport
from engine.settings.configs import studio_settings
from engine.split.finding import Finding

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The folder that holds data/ and runs/.", show_default=False),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print the outcome as one JSON object, last.")
]
SpreadsheetOption = Annotated[
    bool,
    typer.Option(
        "--spreadsheet-safe",
        help="In CSV, write ' before a cell that a spreadsheet would run as a formula.",
    ),
]
WhereOption = Annotated[
    list[str] | None,
    typer.Option(
        help=f"FIELD=VALUE, all of them must hold; a field is {', '.join(CONDITIONS)}. "
        f"The value {UNSTATED!r} is for photographs that state none."
    ),
]


def home_at(given: Path | None) -> Home:
    """The home a command works in."""
    return open_home(chosen_root(given, studio_settings().home))


@contextmanager
def catalogue_of(home: Home) -> Iterator[Catalogue]:
    """The home's catalogue for the length of a `with` block."""
    with open_catalogue(home) as catalogue:
        yield catalogue


@contextmanager
def progress() -> Iterator[ProgressReport]:
    """A report of progress for the length of a `with` block."""
    report = ProgressReport()
    try:
        yield report
    finally:
        report.close()


def answer(values: Mapping[str, Any] | list[Any], text: str, as_json: bool) -> None:
    """Give a command's outcome: as text, or as JSON on the last line."""
    report_result(values)
    print(json.dumps(values, ensure_ascii=False) if as_json else text)


def answer_import(result: ImportReport, as_json: bool) -> None:
    """Give an import's outcome: how many of what, and what was refused."""
    text = gettext(
        "{added} added, {known} already known, {refused} refused",
        added=result.added,
        known=result.known,
        refused=result.refused,
    )
    lines = [text, *(f"  {item.origin}: {item}" for item in result.refusals)]
    answer(dataclasses.asdict(result), "\n".join(lines), as_json)


def answer_findings(findings: Sequence[Finding], as_json: bool) -> None:
    """Give what was checked and found; the command fails where something is wrong."""
    ok = all(finding.ok for finding in findings)
    values = {"ok": ok, "findings": [dataclasses.asdict(finding) for finding in findings]}
    lines = [
        f"{'ok  ' if finding.ok else 'FAIL'} {finding.check}: {finding.detail}"
        for finding in findings
    ]
    answer(values, "\n".join(lines), as_json)
    if not ok:
        raise typer.Exit(WorkFailed.exit_status)
