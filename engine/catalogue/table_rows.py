"""Reading the rows of a table (JSON lines, CSV or Parquet); an unreadable row gives a reason."""

import contextlib
import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import orjson

from engine.catalogue.checking import quoted
from engine.catalogue.fields import FIELDS, IMPORTED
from engine.errors import BadInput
from engine.language.message import Message, message
from engine.reasons import reason_of
from engine.spreadsheet import from_cell

if TYPE_CHECKING:
    from pyarrow import RecordBatch

COLUMNS = {name: FIELDS[name].columns for name in IMPORTED}
"""The column names accepted for each field, the studio's own first."""
# Ids that are unique within their own table only.
LOCAL_IDS = ("id", "photo_id")
_READ = frozenset(chain(LOCAL_IDS, *COLUMNS.values()))
_BLOCK = 1024 * 1024
_ROWS_AT_ONCE = 4096
# A longer line is cut, which makes it an unreadable row.
_LONGEST_LINE = 64 * _BLOCK
# The columns of JSON lines are the union over this many first rows.
_FIRST_ROWS = 100
_NAMED_COLUMNS = 30
_NO_OBJECT = message("It is not a JSON object.")

Row = Mapping[str, Any] | Message
"""A row of a table; for an unreadable row, the reason."""
NumberedRow = tuple[int, Row]
Reader = Callable[[Path], Iterator[Row]]


def rows_of(table: Path) -> Iterator[NumberedRow]:
    """The rows of a table, numbered from 1 (JSON lines: by line).

    Raises:
        BadInput: the table is damaged or empty, or lacks a required column.
    """
    reader = _READERS[table.suffix.lower()]
    if reader is _json_lines:
        return chain.from_iterable(map(numbered_rows, blocks_of(table)))
    return enumerate(_checked(reader(table), table), 1)


def blocks_of(table: Path) -> Iterator[tuple[int, bytes]]:
    """Blocks of lines of a JSON lines file, each with the number of its first line.

    Raises:
        BadInput: the table is damaged or empty, or lacks a required column.
    """
    _require_columns_of_first(table)
    return _blocks(table)


def _blocks(table: Path) -> Iterator[tuple[int, bytes]]:
    """Blocks of lines of a file, each with the number of its first line."""
    number = 1
    with _store_errors(table), table.open("rb") as stream:
        while lines := stream.read(_BLOCK) + stream.readline(_LONGEST_LINE):
            rest = lines
            while len(rest) >= _LONGEST_LINE and not rest.endswith(b"\n"):
                rest = stream.readline(_LONGEST_LINE)
            yield number, lines
            number += lines.count(b"\n") + (rest is not lines)


def numbered_rows(block: tuple[int, bytes]) -> Iterator[NumberedRow]:
    first, lines = block
    for number, line in enumerate(lines.split(b"\n"), first):
        if line.strip():
            yield number, _json_object(line)


def _checked(rows: Iterator[Row], table: Path) -> Iterator[Row]:
    empty, unchecked = True, True
    with _store_errors(table):
        for row in rows:
            empty = False
            if unchecked and not isinstance(row, Message):
                _require_columns(map(column_of, row), table)
                unchecked = False
            yield row
    if empty:
        raise BadInput("{file} has no rows.", file=table.name)


def _require_columns_of_first(table: Path) -> None:
    rows = chain.from_iterable(map(numbered_rows, _blocks(table)))
    first = [row for _, row in islice(rows, _FIRST_ROWS)]
    if not first:
        raise BadInput("{file} has no rows.", file=table.name)
    objects = [row for row in first if not isinstance(row, Message)]
    if objects:
        _require_columns(map(column_of, chain.from_iterable(objects)), table)


@contextlib.contextmanager
def _store_errors(table: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        raise BadInput("{file} is not UTF-8 text. Save it as UTF-8.", file=table.name) from error
    except (OSError, ValueError, csv.Error) as error:
        raise BadInput(
            "Could not read {file} ({reason}).", file=table.name, reason=reason_of(error)
        ) from error


def column_of(name: object) -> str:
    return str(name).strip().lower().replace(" ", "_")


def _require_columns(names: Iterable[str], table: Path) -> None:
    row = list(dict.fromkeys(names))
    more = ["…"] if len(row) > _NAMED_COLUMNS else []
    names_there = quoted(", ".join([*row[:_NAMED_COLUMNS], *more])) or "–"
    if not any(name in row for name in COLUMNS["species"]):
        raise BadInput(
            "{file} has no species column. Its columns: {names}.",
            file=table.name,
            names=names_there,
        )
    if not any(name in row for name in COLUMNS["path"] + COLUMNS["url"]):
        raise BadInput(
            "{file} has neither a path nor a url column. Its columns: {names}.",
            file=table.name,
            names=names_there,
        )


def _json_lines(table: Path) -> Iterator[Row]:
    return (row for _, row in chain.from_iterable(map(numbered_rows, _blocks(table))))


def _json_object(line: bytes) -> Row:
    try:
        value = orjson.loads(line)
    except ValueError:
        value = _forgivingly(line)
    return value if isinstance(value, dict) else _NO_OBJECT


def _forgivingly(line: bytes) -> Any:
    # Python's JSON reader accepts NaN, which tools write, and lone surrogates.
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _csv(table: Path) -> Iterator[Row]:
    with table.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(_lines(stream))
        while True:
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                # The reader continues at the next line.
                yield message("It cannot be read ({reason}).", reason=str(error))
            else:
                yield {key: from_cell(value or "") for key, value in row.items() if key}


def _lines(stream: TextIO) -> Iterator[str]:
    while line := stream.readline(_LONGEST_LINE):
        rest = line
        while len(rest) >= _LONGEST_LINE and not rest.endswith("\n"):
            rest = stream.readline(_LONGEST_LINE)
        yield line


def _parquet(table: Path) -> Iterator[Row]:
    # Importing pyarrow takes half a second, and most imports do not need it.
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(table) as file:
            if not file.metadata.num_rows:
                return
            names = list(map(str, file.schema_arrow.names))
            _require_columns(map(column_of, names), table)
            # Columns that are not needed cannot cause an error.
            read = [name for name in names if column_of(name) in _READ]
            for batch in file.iter_batches(_ROWS_AT_ONCE, columns=read):
                yield from _rows_of(batch)
    except (pyarrow.ArrowException, MemoryError, OverflowError) as error:
        raise ValueError(str(error)) from error


def _rows_of(batch: "RecordBatch") -> Iterator[Row]:
    try:
        yield from batch.to_pylist()
    except (ValueError, OverflowError):
        for index in range(batch.num_rows):
            yield _row_of(batch, index)


def _row_of(batch: "RecordBatch", index: int) -> Row:
    row = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            row[name] = column[index].as_py()
        except (ValueError, OverflowError):
            return message(
                "Its {field} cannot be read: it is not text, or a date out of range.",
                field=quoted(name, 60),
            )
    return row


_READERS: dict[str, Reader] = {".jsonl": _json_lines, ".csv": _csv, ".parquet": _parquet}
KINDS = tuple(_READERS)
