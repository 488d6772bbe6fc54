"""Reading a part of a split as columns, for work on all photographs at once."""

import dataclasses
from collections.abc import Collection, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.json

from engine.split.folder import PARTS, SplitFolder, SplitLine, read_part

_FIELDS = tuple(field.name for field in dataclasses.fields(SplitLine))
_SCHEMA = pa.schema([(name, pa.int64() if name == "label" else pa.string()) for name in _FIELDS])
_BLOCK = 16 << 20


def read_table(path: Path, names: Collection[str] = _FIELDS) -> pa.Table:
    """Columns of one part, named like the fields of a line; missing texts are empty.

    Species and label are always included.

    Raises:
        BadInput: as in `read_part`.
    """
    asked = [name for name in _FIELDS if name in names or name in ("species", "label")]
    table = _quickly(path, asked)
    return _table_of(read_part(path), asked) if table is None else table


def part_by_image(folder: SplitFolder) -> dict[str, str]:
    """The part of each photograph of a split, by its image_id.

    Raises:
        BadInput: as in `read_part`.
    """
    return {
        image_id: part
        for part in PARTS
        for image_id in read_table(folder.part(part), ["image_id"])["image_id"].to_pylist()
    }


def _quickly(path: Path, asked: Sequence[str]) -> pa.Table | None:
    """Read with pyarrow; None for unusual input, which `read_part` then reads or refuses."""
    reading = pyarrow.json.ReadOptions(block_size=_BLOCK)
    schema = pa.schema([_SCHEMA.field(name) for name in asked])
    parsing = pyarrow.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    try:
        table = pyarrow.json.read_json(path, read_options=reading, parse_options=parsing)
    except (OSError, pa.ArrowInvalid):
        return None
    if table["label"].null_count or table["species"].null_count or _lines(path) != len(table):
        return None
    columns = [
        column if name == "label" else column.fill_null("")
        for name, column in zip(asked, table.select(asked).columns, strict=True)
    ]
    return pa.table(dict(zip(asked, columns, strict=True)))


def _table_of(lines: list[SplitLine], asked: Sequence[str]) -> pa.Table:
    columns = {name: [getattr(line, name) for line in lines] for name in asked}
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
