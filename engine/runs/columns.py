"""Lines of a metrics file as columns of numbers."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import json as arrow_json

from engine.runs.metrics import parsed

Floats = NDArray[np.float64]
# From here on the start-up of the fast reader is won back.
_MANY_BYTES = 100_000


@dataclass(frozen=True)
class Columns:
    """`parts` (lines,) says which part a line is of; `measured` holds a column (lines,) for each
    number, NaN where a line has none.
    """

    parts: NDArray[np.object_]
    measured: dict[str, Floats]

    def __getitem__(self, name: str) -> Floats:
        return self.measured.get(name, np.full(len(self.parts), np.nan))


def columns_of(content: bytes) -> Columns:
    """Take whole lines apart; damaged ones are passed over."""
    if len(content) >= _MANY_BYTES:
        try:
            return _from_table(arrow_json.read_json(BytesIO(content)))
        except pa.ArrowInvalid:
            pass  # A line is damaged: those that are not are read one by one.
    lines = list(parsed(content))
    names = dict.fromkeys(name for line in lines for name in line)
    measured = {}
    for name in names:
        values = [line.get(name) for line in lines]
        numbers = [v if isinstance(v, (int, float)) else np.nan for v in values]
        measured[name] = np.array(numbers, np.float64)
    parts = np.array([str(line.get("split")) for line in lines], object)
    return Columns(parts, measured)


def _from_table(table: pa.Table) -> Columns:
    measured = {
        name: column.cast(pa.float64()).to_numpy()
        for name, column in zip(table.column_names, table.columns, strict=True)
        if pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    }
    if "split" in table.column_names:
        # As pyarrow gives text: an object an element.
        parts = table["split"].to_numpy()
    else:
        parts = np.full(len(table), "", object)
    return Columns(parts, measured)
