"""Importing a table: JSON lines, CSV or Parquet, one row a photograph."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from engine.catalogue.importing import Candidate, ImportReport, Keep, Refusal, take_in
from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue
from engine.errors import BadInput
from engine.progress import Report, silent

# Our column first, then what others call it.
COLUMNS: dict[str, tuple[str, ...]] = {
    "image_id": ("image_id",),
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
# Numbers that mean something in their own table only.
_LOCAL_IDS = ("id", "photo_id")
_LOCAL_ID = "local id"
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
        BadInput: no such file, another kind of file, damaged, empty, or without the columns
            needed.
    """
    if not table.is_file():
        raise BadInput(f"There is no table {table}.")
    readers = {".jsonl": _json_lines, ".csv": _csv, ".parquet": _parquet}
    reader = readers.get(table.suffix.lower())
    if reader is None:
        raise BadInput(f"{table.name} is no .jsonl, .csv or .parquet file.")
    rows = _checked(reader(table), table)
    source = source.strip() or table.stem
    candidates = (
        _candidate(row, f"{table.name} row {number:,}", table, source)
        for number, row in enumerate(rows, 1)
    )
    return take_in(catalogue, candidates, keep, 0, report)


def _candidate(
    row: Mapping[str, Any] | None, origin: str, table: Path, source: str
) -> Candidate | Refusal:
    if row is None:
        return Refusal(origin, "It is no JSON object.")
    # Nearly every value is plain text, and 741,533 rows have many.
    values = {
        ours: value.strip()
        if type(value := row[name]) is str and value.isascii()
        else text_of(value)
        for ours, name in _names(tuple(row)).items()
    }
    path, local_id = values.pop("path", ""), values.pop(_LOCAL_ID, "")
    if not path and not values.get("url"):
        return Refusal(origin, "It has neither a path nor a url.")
    values["source"] = values.get("source") or source
    if not values.get("image_id"):
        values["image_id"] = f"{values['source']}-{local_id}" if local_id else ""
    values.setdefault("species", "")
    file = (table.parent / path) if path else None
    return Candidate(Photograph(**values), path or origin, file)  # type: ignore[arg-type]


@lru_cache(maxsize=1024)
def _names(there: tuple[str, ...]) -> dict[str, str]:
    """Our columns among those of a row, each under the row's own name for it."""
    named = {_column(name): name for name in there}
    wanted = COLUMNS | {_LOCAL_ID: _LOCAL_IDS}
    found = {
        ours: next((named[name] for name in names if name in named), None)
        for ours, names in wanted.items()
    }
    return {ours: name for ours, name in found.items() if name is not None}


def text_of(value: Any) -> str:
    """A cell's value as text, empty where there is none."""
    if not isinstance(value, str):
        # NaN, as table tools write what is missing, is the one value unlike itself.
        if value is None or value != value or isinstance(value, (dict, list)):
            return ""
        # A column of whole numbers with one missing comes as 7.0.
        whole = isinstance(value, float) and value.is_integer()
        value = str(int(value) if whole else value)
    text: str = value.strip()
    return text if text.isascii() else text.encode(errors="replace").decode()


def _checked(
    rows: Iterator[Mapping[str, Any] | None], table: Path
) -> Iterator[Mapping[str, Any] | None]:
    empty, unchecked = True, True
    try:
        for row in rows:
            empty = False
            if row is not None and unchecked:
                _require_columns([_column(name) for name in row], table)
                unchecked = False
            yield row
    except UnicodeDecodeError as error:
        raise BadInput(f"{table.name} is no UTF-8 text; save it as UTF-8.") from error
    except (OSError, ValueError, csv.Error) as error:
        raise BadInput(f"{table.name} cannot be read: {error}.") from error
    if empty:
        raise BadInput(f"{table.name} has no rows.")


def _column(name: object) -> str:
    return str(name).strip().lower().replace(" ", "_")


def _require_columns(row: Sequence[str], table: Path) -> None:
    there_are = f"it has {', '.join(row) or 'none'}"
    if not any(name in row for name in COLUMNS["species"]):
        raise BadInput(f"{table.name} has no species column; {there_are}.")
    if not any(name in row for name in COLUMNS["path"] + COLUMNS["url"]):
        raise BadInput(f"{table.name} has neither a path nor a url column; {there_are}.")


def _json_lines(table: Path) -> Iterator[Mapping[str, Any] | None]:
    with table.open("rb") as stream:
        for line in stream:
            if not line.strip():
                continue
            try:
                value = orjson.loads(line)
            except ValueError:
                value = _forgivingly(line)
            yield value if isinstance(value, dict) else None


def _forgivingly(line: bytes) -> Any:
    # Python's own reader takes NaN, which tools write, and half a pair of surrogates.
    try:
        return json.loads(line)
    except ValueError:
        return None


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
