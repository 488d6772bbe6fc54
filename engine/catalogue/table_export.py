"""Writing lines of JSON as a JSON lines, CSV or Parquet table, in batches."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, get_args

from engine.catalogue.fields import EXPORTED, NUMBERS
from engine.spreadsheet import to_quote

Kind = Literal["jsonl", "csv", "parquet"]
"""The format of a table."""
KINDS: tuple[Kind, ...] = get_args(Kind)
Write = Callable[[bytes], object]


@contextmanager
def table_writer(stream: io.RawIOBase, kind: Kind, safe: bool = False) -> Iterator[Write]:
    """Yield a function that takes JSON lines of many photographs and writes them to `stream`.

    CSV and Parquet hold the flags as names separated by spaces. With `safe`, no CSV cell begins
    like a formula. The table import reads both forms.
    """
    if kind == "jsonl":
        yield stream.write
        return
    # Importing pyarrow takes half a second.
    import pyarrow
    from pyarrow.csv import CSVWriter
    from pyarrow.parquet import ParquetWriter

    kinds = {name: pyarrow.int32() if name in NUMBERS else pyarrow.string() for name in EXPORTED}
    schema = pyarrow.schema(kinds)
    make: Any = CSVWriter if kind == "csv" else ParquetWriter
    with make(stream, schema) as writer:
        if kind == "parquet":
            yield lambda lines: writer.write_table(_table(lines, schema))
        else:
            quote = to_quote(safe)
            yield lambda lines: writer.write_table(_quoted(_table(lines, schema), quote))


def _quoted(table: Any, pattern: str) -> Any:
    from pyarrow import compute

    for index, field in enumerate(table.schema):
        if field.name not in NUMBERS:
            cells = compute.replace_substring_regex(table.column(index), pattern, r"'\1")
            table = table.set_column(index, field, cells)
    return table


def _table(lines: bytes, schema: Any) -> Any:
    import pyarrow
    from pyarrow import compute, json

    index = schema.get_field_index("flags")
    flags = pyarrow.field("flags", pyarrow.list_(pyarrow.string()))
    table = json.read_json(
        io.BytesIO(lines),
        # A line must fit into a block; with threads, blocks may arrive out of order.
        json.ReadOptions(use_threads=False, block_size=len(lines) + 1),
        json.ParseOptions(explicit_schema=schema.set(index, flags)),
    )
    joined = compute.binary_join(table.column("flags"), " ")
    return table.set_column(index, schema.field(index), joined).select(schema.names)
