"""Writing lines of JSON as a JSON lines, CSV or Parquet table, in batches."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, get_args

from engine.catalogue.fields import KINDS as TYPES
from engine.catalogue.whole_record import COLUMNS
from engine.spreadsheet import FIRST_LETTERS, to_quote

if TYPE_CHECKING:
    from pyarrow import Schema

Kind = Literal["jsonl", "csv", "parquet"]
"""The format of a table."""
KINDS: tuple[Kind, ...] = get_args(Kind)
Write = Callable[[bytes], object]


@contextmanager
def table_writer(stream: io.RawIOBase, kind: Kind, safe: bool = False) -> Iterator[Write]:
    """Yield a function that takes JSON lines of many photographs and writes them to `stream`.

    CSV and Parquet need the lines `flat`. With `safe`, no CSV cell begins like a formula. The
    table import reads all of them.
    """
    if kind == "jsonl":
        yield stream.write
        return
    # Importing pyarrow takes half a second.
    from pyarrow.csv import CSVWriter
    from pyarrow.parquet import ParquetWriter

    schema = table_schema()
    make: Any = CSVWriter if kind == "csv" else ParquetWriter
    with make(stream, schema) as writer:
        if kind == "parquet":
            yield lambda lines: writer.write_table(_table(lines, schema))
        else:
            quote = to_quote(safe)
            yield lambda lines: writer.write_table(_quoted(_table(lines, schema), quote))


def table_schema() -> "Schema":
    """The columns of a table and their types: `COLUMNS`."""
    import pyarrow

    types = {int: pyarrow.int32(), bool: pyarrow.bool_()}
    return pyarrow.schema(
        {name: types.get(TYPES.get(name, str), pyarrow.string()) for name in COLUMNS}
        | {"apart": pyarrow.bool_()}
    )


def _quoted(table: Any, pattern: str) -> Any:
    import pyarrow
    from pyarrow import compute

    for index, field in enumerate(table.schema):
        if field.type != pyarrow.string():
            continue
        column = table.column(index)
        # The expression costs several times as much, and few columns need it.
        first = compute.unique(compute.utf8_slice_codeunits(column, 0, 1))
        if not FIRST_LETTERS.isdisjoint(first.to_pylist()):
            cells = compute.replace_substring_regex(column, pattern, r"'\1")
            table = table.set_column(index, field, cells)
    return table


def _table(lines: bytes, schema: "Schema") -> Any:
    from pyarrow import json

    return json.read_json(
        io.BytesIO(lines),
        # A line must fit into a block; with threads, blocks may arrive out of order.
        json.ReadOptions(use_threads=False, block_size=len(lines) + 1),
        json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
    )
