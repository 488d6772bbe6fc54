"""Reading the rows of a table, whatever its format; an unreadable row gives a reason."""

import contextlib
import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, TextIO, TypeGuard, cast

import orjson

from engine.catalogue.checking import quoted
from engine.errors import BadInput
from engine.files import is_regular
from engine.language.message import Message, message
from engine.reasons import reason_of
from engine.spreadsheet import from_cell

if TYPE_CHECKING:
    from pyarrow import ChunkedArray, RecordBatch
    from pyarrow.parquet import ParquetFile

_BLOCK = 1024 * 1024
_ROWS_AT_ONCE = 4096
# A longer line is cut, which makes it an unreadable row.
_LONGEST_LINE = 64 * _BLOCK
# Read whole, unlike the other formats.
_LARGEST_JSON = 512 * _BLOCK
_SAMPLED = 500
# Cells of a sample that make a row larger than this are not read.
_LARGEST_SAMPLE = 64 * _BLOCK
_NO_OBJECT = message("It is not a JSON object.")
_SEPARATORS = ",\t;|"
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*$', re.IGNORECASE)

Row = Mapping[str, Any] | Message
"""A row of a table; for an unreadable row, the reason."""
NumberedRow = tuple[int, Row]
Wanted = Callable[[list[str]], frozenset[str]]
Reader = Callable[[Path, Wanted], Iterator[Row]]


class TableSample(NamedTuple):
    """The first rows of a table that can be read, and the names of its columns so far."""

    rows: list[Mapping[str, Any]]
    columns: list[str]


def kind_of(name: str) -> str:
    """The ending that says how a table is read, without .gz; empty if it is no table."""
    path = Path(name.lower())
    ending = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    return ending if ending in KINDS else ""


def require_table(table: Path) -> None:
    """Refuse what is no table.

    Raises:
        BadInput: there is no such file, it is empty, or its ending is unknown.
    """
    if not is_regular(table):
        raise BadInput("The table {table} does not exist. Check its path.", table=str(table))
    require_kind(table.name)
    # Files of the operating system, such as /proc/kmsg, have size 0, and some never end.
    if not table.stat().st_size and kind_of(table.name) != ".parquet":
        raise _no_rows(table)


def require_kind(name: str) -> None:
    """Refuse a file whose ending is not that of a table.

    Raises:
        BadInput: it is another.
    """
    if not kind_of(name):
        raise BadInput(
            "{file} is not a .jsonl, .json, .csv, .tsv or .parquet file, also as .gz.", file=name
        )


def table_name(table: Path) -> str:
    """The name of a table without its endings."""
    return Path(table.stem).stem if table.suffix.lower() == ".gz" else table.stem


def sample_of(table: Path) -> TableSample:
    """The first rows of a table.

    Raises:
        BadInput: the table is damaged or has no rows.
    """
    with _table_errors(table):
        if kind_of(table.name) == ".parquet":
            return _sample_of_parquet(table)
        rows = list(islice(_rows(table, frozenset), _SAMPLED))
    if not rows:
        raise _no_rows(table)
    readable = [row for row in rows if not isinstance(row, Message)]
    return TableSample(readable, list(dict.fromkeys(chain.from_iterable(readable))))


def rows_of(table: Path, wanted: Wanted) -> Iterator[NumberedRow]:
    """The rows of a table, numbered from 1 (JSON lines: by line).

    `wanted` says which of the columns are read where a format allows to leave some out.

    Raises:
        BadInput: the table is damaged.
    """
    if is_json_lines(table):
        yield from chain.from_iterable(map(numbered_rows, blocks_of(table)))
        return
    with _table_errors(table):
        yield from enumerate(_rows(table, wanted), 1)


def is_json_lines(table: Path) -> bool:
    """Whether a table is read by blocks of lines."""
    return kind_of(table.name) in (".jsonl", ".ndjson")


def blocks_of(table: Path) -> Iterator[tuple[int, bytes]]:
    """Blocks of lines of a JSON lines file, each with the number of its first line.

    Raises:
        BadInput: the table is damaged.
    """
    number = 1
    with _table_errors(table), _opened(table) as stream:
        while lines := stream.read(_BLOCK) + stream.readline(_LONGEST_LINE):
            rest = lines
            while len(rest) >= _LONGEST_LINE and not rest.endswith(b"\n"):
                rest = stream.readline(_LONGEST_LINE)
            yield number, lines
            number += lines.count(b"\n") + (rest is not lines)


def numbered_rows(block: tuple[int, bytes]) -> Iterator[NumberedRow]:
    """The rows of a block of JSON lines, each with the number of its line."""
    first, lines = block
    for number, line in enumerate(lines.split(b"\n"), first):
        if line.strip():
            yield number, _json_object(line)


def _rows(table: Path, wanted: Wanted) -> Iterator[Row]:
    return _READERS[kind_of(table.name)](table, wanted)


def _opened(table: Path) -> IO[bytes]:
    packed = table.suffix.lower() == ".gz"
    return cast("IO[bytes]", gzip.open(table, "rb")) if packed else table.open("rb")


def _no_rows(table: Path) -> BadInput:
    return BadInput("{file} has no rows.", file=table.name)


@contextlib.contextmanager
def _table_errors(table: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        raise BadInput("{file} is not UTF-8 text. Save it as UTF-8.", file=table.name) from error
    except (OSError, EOFError, ValueError, csv.Error, zlib.error) as error:
        raise BadInput(
            "Could not read {file} ({reason}).", file=table.name, reason=reason_of(error)
        ) from error


def _json_lines(table: Path, _: Wanted) -> Iterator[Row]:
    return (row for _, row in chain.from_iterable(map(numbered_rows, blocks_of(table))))


def _json_object(line: bytes) -> Row:
    try:
        value = orjson.loads(line)
    except ValueError:
        value = _forgivingly(line)
    return value if isinstance(value, dict) else _NO_OBJECT


def _forgivingly(line: bytes) -> Any:
    # Python's own reader accepts NaN, which tools write, and unpaired surrogates.
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _json(table: Path, _: Wanted) -> Iterator[Row]:
    with _opened(table) as stream:
        content = stream.read(_LARGEST_JSON + 1)
    if len(content) > _LARGEST_JSON:
        raise BadInput("{file} is too large. Save it as JSON lines (.jsonl).", file=table.name)
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        value = orjson.loads(content)
    except ValueError as error:
        value = _forgivingly(content)
        if value is None:
            # JSON lines are called .json as well.
            rows = [row for _, row in numbered_rows((1, content))]
            if not any(isinstance(row, dict) for row in rows):
                raise ValueError(str(error)) from error
            return iter(rows)
    return (row if isinstance(row, dict | Message) else _NO_OBJECT for row in _records_in(value))


def _records_in(value: Any) -> Iterable[Any]:
    """The rows of an array, of an object with one such array, or of an object by columns."""
    if not isinstance(value, dict):
        return value if isinstance(value, list) else []
    lists: dict[str, list[Any]] = {name: one for name, one in value.items() if _is_records(one)}
    if "images" in lists and "annotations" in lists:
        return _joined(value)
    for name in ("images", "photographs", "photos", "rows", "data", "records", "results"):
        if name in lists:
            return lists[name]
    if len(lists) == 1:
        return next(iter(lists.values()))
    return [] if lists else [value]


def _is_records(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _joined(value: dict[str, Any]) -> Iterator[Any]:
    """The images of a COCO file, each with its annotation, category and licence."""
    categories, licences = (
        {one.get("id"): one for one in value.get(name) or [] if isinstance(one, dict)}
        for name in ("categories", "licenses")
    )
    annotations: dict[Any, list[dict[str, Any]]] = {}
    for one in value["annotations"]:
        annotations.setdefault(one.get("image_id"), []).append(one)
    for image in value["images"]:
        own = annotations.get(image.get("id"), [])
        kinds = {one.get("category_id") for one in own}
        if len(kinds) > 1:
            yield message("It shows several species.")
            continue
        kind = next(iter(kinds), None)
        # Its ids are not those of the image.
        about = {name: one for name, one in own[0].items() if "id" not in name} if own else {}
        more = {"annotation": about, "category": categories.get(kind, {})} if own else {}
        licence = licences.get(image.get("license"))
        yield {**image, **more, **({"license": licence.get("name")} if licence else {})}


def _csv(table: Path, _: Wanted) -> Iterator[Row]:
    with (
        _opened(table) as binary,
        io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as stream,
    ):
        header = stream.readline(_LONGEST_LINE)
        said = _SEPARATOR_LINE.match(header)
        separator = said[1] if said else _separator(header, kind_of(table.name))
        lines = _lines(stream) if said else chain([header], _lines(stream))
        rows = csv.DictReader(lines, delimiter=separator)
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


def _separator(header: str, kind: str) -> str:
    """The separator that makes most columns of the first line."""
    usual = "\t" if kind == ".tsv" else ","
    with contextlib.suppress(csv.Error):
        counts = {one: len(next(csv.reader([header], delimiter=one), [])) for one in _SEPARATORS}
        return max(counts, key=lambda one: (counts[one], one == usual))
    return usual


def _lines(stream: TextIO) -> Iterator[str]:
    while line := stream.readline(_LONGEST_LINE):
        rest = line
        while len(rest) >= _LONGEST_LINE and not rest.endswith("\n"):
            rest = stream.readline(_LONGEST_LINE)
        yield line


@contextlib.contextmanager
def _parquet_file(table: Path) -> Iterator["ParquetFile"]:
    # pyarrow takes half a second to import, and most imports do not need it.
    import pyarrow
    import pyarrow.parquet

    try:
        with contextlib.ExitStack() as stack:
            packed = table.suffix.lower() == ".gz"
            # Parquet is read from its end.
            source = io.BytesIO(_opened(table).read()) if packed else table
            yield stack.enter_context(pyarrow.parquet.ParquetFile(source))
    except (pyarrow.ArrowException, MemoryError, OverflowError) as error:
        raise ValueError(str(error)) from error


def _parquet(table: Path, wanted: Wanted) -> Iterator[Row]:
    with _parquet_file(table) as file:
        # An unread column cannot cause an error.
        names = list(map(str, file.schema_arrow.names))
        chosen = wanted(names)
        read = [name for name in names if name in chosen]
        for batch in file.iter_batches(_ROWS_AT_ONCE, columns=_without_bytes(file, read)):
            yield from _rows_of(batch)


def _sample_of_parquet(table: Path) -> TableSample:
    with _parquet_file(table) as file:
        if not file.metadata.num_rows:
            raise _no_rows(table)
        names = list(map(str, file.schema_arrow.names))
        batches = file.iter_batches(_SAMPLED, columns=_without_bytes(file, names))
        batch = next(batches)
        columns = [_cells(column) for column in batch.columns]
        return TableSample(
            [
                dict(zip(batch.schema.names, cells, strict=True))
                for cells in zip(*columns, strict=True)
            ],
            names,
        )


def _without_bytes(file: "ParquetFile", names: list[str]) -> list[str]:
    """The leaves of these columns that are no bytes: an image in a cell is not read."""
    import pyarrow

    leaves = []
    for name in names:
        kind = file.schema_arrow.field(name).type
        if pyarrow.types.is_struct(kind):
            inner = (kind.field(index) for index in range(kind.num_fields))
            leaves += [f"{name}.{one.name}" for one in inner if not _is_bytes(one.type)]
        elif not _is_bytes(kind):
            leaves.append(name)
    return leaves


def _is_bytes(kind: Any) -> bool:
    import pyarrow

    return bool(pyarrow.types.is_binary(kind) or pyarrow.types.is_large_binary(kind))


def _cells(column: "ChunkedArray") -> list[Any]:
    """The values of a column, None for those that Python cannot hold."""
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError):
        return [_cell(value) for value in column]


def _cell(value: Any) -> Any:
    with contextlib.suppress(ValueError, OverflowError):
        return value.as_py()


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


_READERS: dict[str, Reader] = {
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json,
    ".csv": _csv,
    ".tsv": _csv,
    ".parquet": _parquet,
}
KINDS = tuple(_READERS)
"""The endings of tables, each also before .gz."""
