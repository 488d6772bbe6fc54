"""Options and output that the commands share."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.catalogue.conditions import CONDITIONS
from engine.catalogue.importing import ImportReport, filled_text
from engine.catalogue.opening import open_catalogue
from engine.catalogue.store import UNSTATED, Catalogue
from engine.errors import WorkFailed
from engine.home import Home, chosen_root, open_home
from engine.jobs.job import report_result
from engine.language.message import Message, gettext
from engine.progress import ProgressReport
from engine.settings.configs import studio_settings
from engine.split.finding import Finding

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home", help=gettext("The studio's folder, with data/ and runs/."), show_default=False
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help=gettext("Print the result as JSON, on the last line."))
]
SpreadsheetOption = Annotated[
    bool,
    typer.Option(
        "--spreadsheet-safe",
        help=gettext("In CSV, write ' before a cell that a spreadsheet would run as a formula."),
    ),
]
SourceOption = Annotated[
    str,
    typer.Option(
        help=gettext("The name of the source in the catalogue. Default: that of what is imported.")
    ),
]
WhereOption = Annotated[
    list[str] | None,
    typer.Option(
        help=gettext(
            "A condition FIELD=VALUE, FIELD!=VALUE or FIELD~VALUE (contains); all must hold. "
            "Fields: {fields}, and own fields. '{unstated}' selects photographs without a value.",
            fields=", ".join(CONDITIONS),
            unstated=UNSTATED,
        )
    ),
]


def home_at(given: Path | None) -> Home:
    """Return the home that a command works in."""
    return open_home(chosen_root(given, studio_settings().home))


@contextmanager
def catalogue_of(home: Home) -> Iterator[Catalogue]:
    """Open the home's catalogue within a `with` block."""
    with open_catalogue(home) as catalogue:
        yield catalogue


@contextmanager
def progress() -> Iterator[ProgressReport]:
    """Show progress within a `with` block."""
    report = ProgressReport()
    try:
        yield report
    finally:
        report.close()


def answer(values: Mapping[str, Any] | list[Any], text: str, as_json: bool) -> None:
    """Print a command's result: as text, or as JSON on the last line.

    A `Message` in the values, including nested records, is printed in English and stored as a
    translatable message for the pages.
    """
    report_result(_plain(values, Message.record))
    printed = _plain(values, Message.in_english)
    print(json.dumps(printed, ensure_ascii=False) if as_json else text)


def answer_import(result: ImportReport, as_json: bool) -> None:
    """Print the result of an import: the counts, and what was rejected."""
    text = gettext(
        "{added} added, {known} already known, {refused} refused",
        added=result.added,
        known=result.known,
        refused=result.refused,
    )
    if result.listed:
        text = gettext(
            "{records} records, {photographs} photographs, {listed} listed twice: "
            "{added} added, {known} already known, {refused} refused",
            records=result.photographs + result.listed,
            photographs=result.photographs,
            listed=result.listed,
            added=result.added,
            known=result.known,
            refused=result.refused,
        )
    counts = {"photographs": result.photographs, "listed_twice": result.listed}
    lines = [text, *(f"  {item.origin}: {item}" for item in result.refusals)]
    if result.filled:
        lines.insert(1, filled_text(result.filled))
    answer(_fields(result) | counts, "\n".join(lines), as_json)


def answer_findings(
    findings: Sequence[Finding], as_json: bool, more: Mapping[str, Any] | None = None
) -> None:
    """Print the findings of a check; the command fails if one is a problem.

    What is not known is no problem, and is printed as not known. `more` are further values of the
    JSON.
    """
    ok = all(finding.ok is not False for finding in findings)
    values = {"ok": ok, "findings": list(findings), **(more or {})}
    signs = {True: gettext("ok"), False: gettext("FAIL"), None: gettext("not known")}
    width = max(map(len, signs.values()))
    lines = [
        f"{signs[finding.ok]:{width}} {finding.check}: {finding.detail}" for finding in findings
    ]
    answer(values, "\n".join(lines), as_json)
    if not ok:
        raise typer.Exit(WorkFailed.exit_status)


def _plain(value: Any, put: Callable[[Message], object]) -> Any:
    """Convert a value for JSON: records to objects, messages by `put`."""
    if isinstance(value, Message):
        return put(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = _fields(value)
    if isinstance(value, Mapping):
        return {name: _plain(item, put) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, put) for item in value]
    return value


def _fields(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
