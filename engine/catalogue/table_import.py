"""Importing a table: JSON lines, CSV or Parquet, one row a photograph."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.catalogue.importing import Candidate, ImportReport, Keep, Refusal, take_in
from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue
from engine.errors import BadInput
from engine.progress import Report, silent

# Our column first, then what others call it.
COLUMNS: dict[str, tuple[str, ...]] = {
    "image_id": ("image_id", "id", "photo_id"),
    "species": ("species", "scientific_name", "taxon_name", "label"),
    "genus": ("genus",),
    "family": ("family",),
    "source": ("source",),
    "url": ("url", "image_url", "photo_url"),
    "path": ("path", "file", "filename", "image_path"),
    "observation_id": ("observation_id", "observation"),
    "observer": ("observer", "observer_id", "user_login"),
    "license": ("license", "licence", "license_code"),
    "attribution": ("attribution",),
}
_PARQUET_ROWS = 4096


def import_table(
    catalogue: Catalogue,
    table: Path,
    keep: Keep,
    source: str = "",
    report: Report = silent,
) -> ImportReport:
    """Take in a table with a species and a path (relative to the table) or url in each row.

    `source` is used where a row names none, and is the table's name where it is not given.
    The same table twice changes nothing.

    Raises:
        BadInput: no such file, another kind of file, damaged, or without the columns needed.
    """
    if not table.is_file():
        raise BadInput(f"There is no table {table}.")
    readers = {".jsonl": _json_lines, ".csv": _csv, ".parquet": _parquet}
    reader = readers.get(table.suffix.lower())
    if reader is None:
        raise BadInput(f"{table.name} is no .jsonl, .csv or .parquet file.")
    rows = _checked(reader(table), table)
    candidates = (
        _candidate(row, number, table, source.strip() or table.stem)
        for number, row in enumerate(rows, 1)
    )
    return take_in(catalogue, candidates, keep, 0, report)


def _candidate(
    row: Mapping[str, Any] | None, number: int, table: Path, source: str
) -> Candidate | Refusal:
    origin = f"{table.name} row {number:,}"
    if row is None:
        return Refusal(origin, "It is no JSON object.")
    values = {ours: _text(row, names) for ours, names in COLUMNS.items()}
    path, values["path"] = values["path"], ""
    if not path and not values["url"]:
        return Refusal(origin, "It has neither a path nor a url.")
    values["source"] = values["source"] or source
    file = (table.parent / path) if path else None
    return Candidate(Photograph(**values), path or origin, file)  # type: ignore[arg-type]


def _text(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = row.get(name)
        # NaN, as table tools write what is missing, is the one value unlike itself.
        if value is not None and value == value:
            return str(value).strip()
    return ""


def _checked(
    rows: Iterator[Mapping[str, Any] | None], table: Path
) -> Iterator[Mapping[str, Any] | None]:
    try:
        first = next(rows, None)
        if first is not None:
            _require(first, "species", table)
            if not any(name in first for name in COLUMNS["path"] + COLUMNS["url"]):
                raise BadInput(f"{table.name} has neither a path nor a url column.")
            yield first
        yield from rows
    except (OSError, ValueError, csv.Error) as error:
        raise BadInput(f"{table.name} cannot be read: {error}.") from error


def _require(row: Mapping[str, Any], column: str, table: Path) -> None:
    if not any(name in row for name in COLUMNS[column]):
        raise BadInput(f"{table.name} has no {column} column; it has {', '.join(row) or 'none'}.")


def _json_lines(table: Path) -> Iterator[Mapping[str, Any] | None]:
    with table.open(encoding="utf-8-sig") as stream:
        for line in stream:
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except ValueError:
                value = None
            yield value if isinstance(value, dict) else None


def _csv(table: Path) -> Iterator[Mapping[str, Any] | None]:
    with table.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            yield {key: value for key, value in row.items() if key}


def _parquet(table: Path) -> Iterator[Mapping[str, Any] | None]:
    # pyarrow takes half a second to import, and most imports need none of it.
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(table) as file:
        for batch in file.iter_batches(_PARQUET_ROWS):
            yield from batch.to_pylist()
