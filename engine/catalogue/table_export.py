"""Writing lines of JSON as a JSON lines, CSV or Parquet table, in batches."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, get_args

import orjson

from engine.catalogue.fields import EXPORTED, NUMBERS
from engine.catalogue.own_fields import PREFIX, own_cell
from engine.spreadsheet import to_quote

Kind = Literal["jsonl", "csv", "parquet"]
"""The format of a table."""
KINDS: tuple[Kind, ...] = get_args(Kind)
Write = Callable[[bytes], object]


@contextmanager
def table_writer(
    stream: io.RawIOBase, kind: Kind, safe: bool = False, own: Sequence[str] = ()
) -> Iterator[Write]:
    """Yield a function that takes JSON lines of many photographs and writes them to `stream`.

    CSV and Parquet hold the flags as names separated by spaces, and each of the `own` fields as
    a column `extra.NAME`. With `safe`, no CSV cell begins like a formula. The table import reads
    both forms.
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
    whole = pyarrow.schema(kinds | {PREFIX + name: pyarrow.string() for name in own})
    make: Any = CSVWriter if kind == "csv" else ParquetWriter
    with make(stream, whole) as writer:
        if kind == "parquet":
            yield lambda lines: writer.write_table(_with_own(lines, schema, own))
        else:
            quote = to_quote(safe)
            yield lambda lines: writer.write_table(_quoted(_with_own(lines, schema, own), quote))


def _with_own(lines: bytes, schema: Any, own: Sequence[str]) -> Any:
    """The table of these lines, with a column for each own field."""
    import pyarrow

    table = _table(lines, schema)
    if not own:
        return table
    fields = [orjson.loads(line).get("extra", {}) for line in lines.splitlines()]
    for name in own:
        cells = [own_cell(one[name]) if name in one else "" for one in fields]
        table = table.append_column(PREFIX + name, pyarrow.array(cells, pyarrow.string()))
    return table


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
        json.ParseOptions(
            explicit_schema=schema.set(index, flags), unexpected_field_behavior="ignore"
        ),
    )
    joined = compute.binary_join(table.column("flags"), " ")
    return table.set_column(index, schema.field(index), joined).select(schema.names)
