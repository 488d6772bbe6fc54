"""Lines of a metrics file as columns of numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from engine.files import parse_json

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
# A line of ours has forty measurements and a kilobyte.
_MOST_NAMES = 100
_LONGEST_LINE = 10_000
_LARGEST = 1e18


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
    """The points of whole lines, the first hundred measurements; damaged lines are skipped."""
    lines = list(_points(content))
    names: dict[str, None] = {}
    for line in lines:
        if not names.keys() >= line.keys():
            names.update(dict.fromkeys(line))
        if len(names) > _MOST_NAMES:
            break
    measured = {
        name: _column([line.get(name) for line in lines])
        for name in list(names)[:_MOST_NAMES]
        if name != "split" and name.isprintable()
    }
    train, val = (
        np.array([line["split"] == part for line in lines], bool) for part in ("train", "val")
    )
    return Columns(train, val, measured)


def _points(content: bytes) -> Iterator[dict[str, Any]]:
    for text in content.splitlines():
        line = _parsed(text) if len(text) <= _LONGEST_LINE else None
        if isinstance(line, dict) and (line.get("split") == "train" or line.get("split") == "val"):
            yield line


def _parsed(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        # Lines of others may hold NaN, which orjson refuses.
        try:
            return parse_json(text)
        except ValueError:
            return None


def _column(values: list[Any]) -> Floats:
    try:
        column = np.array(values, np.float64)
    except (ValueError, TypeError, OverflowError):
        column = np.empty(0)
    if column.shape != (len(values),):
        column = np.array([_number(value) for value in values], np.float64)
    column[~(np.abs(column) <= _LARGEST)] = np.nan
    return column


def _number(value: Any) -> float:
    usable = isinstance(value, (int, float)) and -_LARGEST <= value <= _LARGEST
    return float(value) if usable else np.nan
