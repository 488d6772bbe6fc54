"""Lines of a metrics file as columns of numbers."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute
from pyarrow import json as arrow_json

from engine.runs.metrics import parsed

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
# From here on the start-up of the fast reader is won back.
_MANY_BYTES = 100_000


@dataclass(frozen=True)
class Columns:
    """`train` and `val` say which lines are of that part; `measured` holds a column (lines,) for
    each number, NaN where a line has none.
    """

    train: Mask
    val: Mask
    measured: dict[str, Floats]

    def __getitem__(self, name: str) -> Floats:
        return self.measured.get(name, np.full(len(self.train), np.nan))


def columns_of(content: bytes) -> Columns:
    """Take whole lines apart; damaged ones are passed over."""
    if len(content) >= _MANY_BYTES:
        try:
            return _from_table(arrow_json.read_json(pa.BufferReader(content)))
        except pa.ArrowInvalid:
            pass  # A line is damaged: those that are not are read one by one.
    lines = list(parsed(content))
    names = dict.fromkeys(name for line in lines for name in line)
    measured = {}
    for name in names:
        values = [line.get(name) for line in lines]
        numbers = [v if isinstance(v, (int, float)) else np.nan for v in values]
        measured[name] = np.array(numbers, np.float64)
    train, val = (
        np.array([line.get("split") == part for line in lines], bool) for part in ("train", "val")
    )
    return Columns(train, val, measured)


def _from_table(table: pa.Table) -> Columns:
    measured = {
        name: column.cast(pa.float64()).to_numpy()
        for name, column in zip(table.column_names, table.columns, strict=True)
        if pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    }
    train, val = (_of_part(table, part) for part in ("train", "val"))
    return Columns(train, val, measured)


def _of_part(table: pa.Table, part: str) -> Mask:
    if "split" not in table.column_names or not pa.types.is_string(table["split"].type):
        return np.zeros(len(table), bool)
    found: Mask = compute.equal(table["split"], part).fill_null(False).to_numpy()
    return found
