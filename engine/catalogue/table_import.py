"""Importing a table: JSON lines, CSV or Parquet, one row a photograph."""

import contextlib
import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain, islice
from pathlib import Path
from sys import intern
from typing import Any

import orjson

from engine.catalogue.importing import (
    Candidate,
    ImportReport,
    Keep,
    Known,
    Offer,
    Refusal,
    settled,
    take_in,
)
from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue
from engine.errors import BadInput
from engine.progress import Report, silent
from engine.workers import beside

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
# The columns are the first fields of a photograph, in their order.
_IMAGE_ID, _SOURCE, _URL, _PATH = map(list(COLUMNS).index, ("image_id", "source", "url", "path"))
# What many rows have in common travels from process to process once a block, and is compared by
# what it is.
_REPEATED = tuple(map(list(COLUMNS).index, ("species", "genus", "family", "source", "license")))
_NOTHING = [""] * len(COLUMNS)
_ROWS_AT_ONCE = 4096
_BLOCK = 1024 * 1024
# A process takes a second to start.
_LARGE = 64 * _BLOCK

Row = tuple[int, Mapping[str, Any] | None]
"""A row of a table with its number; None for what is no row."""
Reader = Callable[[Path], Iterator[Mapping[str, Any] | None]]


def import_table(
    catalogue: Catalogue,
    table: Path,
    keep: Keep,
    source: str = "",
    report: Report = silent,
) -> ImportReport:
    """Take in a table with a species and a path (relative to the table) or url in each row.

    `source` is used where a row names none, and is the table's name where it is not given.
    The same table twice changes nothing: a row whose image_id is known adds nothing, and in all
    but large tables its file is not read again, as long as known rows follow known ones.

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
    source = source.strip() or table.stem
    return take_in(catalogue, _offers(catalogue, reader, table, source), keep, 0, report)


def _offers(catalogue: Catalogue, reader: Reader, table: Path, source: str) -> Iterator[Offer]:
    """What the table offers; the lines of a large file are read in a process beside this one."""
    if reader is _json_lines:
        # Whether it has the columns is asked of its first row alone.
        next((row for row in _checked(_json_lines(table), table) if row is not None), None)
    if reader is _json_lines and table.stat().st_size > _LARGE:
        read = partial(_of_block, table, source)
        yield from chain.from_iterable(beside(read, _blocks(table)))
        return
    if reader is _json_lines:
        numbered: Iterator[Row] = chain.from_iterable(map(_numbered, _blocks(table)))
    else:
        numbered = enumerate(_checked(reader(table), table), 1)
    asks = True
    while rows := list(islice(numbered, _ROWS_AT_ONCE)):
        known = catalogue.known(_own_id(row) for _, row in rows) if asks else set()
        # A table that is new as a whole is not asked about again and again.
        asks = bool(known)
        yield from _of_rows(rows, known, table, source)


def _of_rows(rows: Iterable[Row], known: set[str], table: Path, source: str) -> Iterator[Offer]:
    folder, name = table.parent, table.name
    for number, row in rows:
        if known and _own_id(row) in known:
            yield Known.KNOWN
        else:
            yield settled(_candidate(row, f"{name} row {number:,}", folder, source))


def _own_id(row: Mapping[str, Any] | None) -> str:
    image_id = row.get("image_id") if row is not None else ""
    return image_id if isinstance(image_id, str) else ""


def _blocks(table: Path) -> Iterator[tuple[int, bytes]]:
    """Lines of a file, many at once, with the number of the first of them."""
    number = 1
    with _faults_told(table), table.open("rb") as stream:
        while lines := stream.read(_BLOCK) + stream.readline():
            yield number, lines
            number += lines.count(b"\n")


def _of_block(table: Path, source: str, block: tuple[int, bytes]) -> list[Offer]:
    return list(_of_rows(_numbered(block), set(), table, source))


def _numbered(block: tuple[int, bytes]) -> Iterator[Row]:
    first, lines = block
    for number, line in enumerate(lines.split(b"\n"), first):
        if line.strip():
            yield number, _json_object(line)


def _candidate(
    row: Mapping[str, Any] | None, origin: str, folder: Path, source: str
) -> Candidate | Refusal:
    if row is None:
        return Refusal(origin, "It is no JSON object.")
    names, local_ids = _names(tuple(row))
    given: list[Any] = list(map(row.get, names, _NOTHING))  # type: ignore[arg-type]
    try:
        # Nearly every row is sound text, and 741,533 of them have many values.
        text = "".join(given)
        text.isascii() or text.encode()
        values = list(map(str.strip, given))
    except (TypeError, UnicodeEncodeError):
        values = list(map(text_of, given))
    for place in _REPEATED:
        values[place] = intern(values[place])
    path, values[_PATH] = values[_PATH], ""
    if not path and not values[_URL]:
        return Refusal(origin, "It has neither a path nor a url.")
    values[_SOURCE] = values[_SOURCE] or source
    if not values[_IMAGE_ID] and local_ids and (local_id := text_of(row[local_ids])):
        values[_IMAGE_ID] = f"{values[_SOURCE]}-{local_id}"
    file = (folder / path) if path else None
    return Candidate(Photograph(*values), path or origin, file)  # type: ignore[arg-type]


@lru_cache(maxsize=1024)
def _names(there: tuple[str, ...]) -> tuple[list[str | None], str | None]:
    """A row's own names for our columns, in their order, and for a local id; None for what it
    does not have."""
    named = {_column(name): name for name in there}
    *found, local_id = (
        next((named[name] for name in names if name in named), None)
        for names in (*COLUMNS.values(), _LOCAL_IDS)
    )
    return found, local_id


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
    with _faults_told(table):
        for row in rows:
            empty = False
            if row is not None and unchecked:
                _require_columns([_column(name) for name in row], table)
                unchecked = False
            yield row
    if empty:
        raise BadInput(f"{table.name} has no rows.")


@contextlib.contextmanager
def _faults_told(table: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        raise BadInput(f"{table.name} is no UTF-8 text; save it as UTF-8.") from error
    except (OSError, ValueError, csv.Error) as error:
        raise BadInput(f"{table.name} cannot be read: {error}.") from error


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
        yield from (_json_object(line) for line in stream if line.strip())


def _json_object(line: bytes) -> Mapping[str, Any] | None:
    try:
        value = orjson.loads(line)
    except ValueError:
        value = _forgivingly(line)
    return value if isinstance(value, dict) else None


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
        for batch in file.iter_batches(_ROWS_AT_ONCE):
            yield from batch.to_pylist()
