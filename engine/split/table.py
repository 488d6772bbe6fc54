"""A part of a split as columns, for work on all of it at once."""

import dataclasses
from pathlib import Path

import pyarrow as pa
import pyarrow.json

from engine.split.folder import SplitLine, read_part

_FIELDS = tuple(field.name for field in dataclasses.fields(SplitLine))
_SCHEMA = pa.schema([(name, pa.int64() if name == "label" else pa.string()) for name in _FIELDS])
_BLOCK = 16 << 20


def read_table(path: Path) -> pa.Table:
    """The columns of one part, named as the fields of a line; absent texts are empty.

    Raises:
        BadInput: as `read_part`.
    """
    table = _quickly(path)
    return _table_of(read_part(path)) if table is None else table


def _quickly(path: Path) -> pa.Table | None:
    """None where something is unusual: the careful reader says what, or takes it all the same."""
    reading = pyarrow.json.ReadOptions(block_size=_BLOCK)
    parsing = pyarrow.json.ParseOptions(explicit_schema=_SCHEMA, unexpected_field_behavior="ignore")
    try:
        table = pyarrow.json.read_json(path, read_options=reading, parse_options=parsing)
    except (OSError, pa.ArrowInvalid):
        return None
    if table["label"].null_count or table["species"].null_count or _lines(path) != len(table):
        return None
    columns = [
        column if name == "label" else column.fill_null("")
        for name, column in zip(_FIELDS, table.select(_FIELDS).columns, strict=True)
    ]
    return pa.table(dict(zip(_FIELDS, columns, strict=True)))


def _table_of(lines: list[SplitLine]) -> pa.Table:
    columns = {name: [getattr(line, name) for line in lines] for name in _FIELDS}
    return pa.table(
        {
            name: pa.array(
                values if name == "label" else map(str, values), _SCHEMA.field(name).type
            )
            for name, values in columns.items()
        }
    )


def _lines(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(_BLOCK), b""))
