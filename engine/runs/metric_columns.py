"""Parses lines of a metrics file into columns of numbers."""

import itertools
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute
from pyarrow import json as arrow_json

from engine.files import parse_json

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
# The studio writes about forty measurements and a kilobyte per line.
_MOST_NAMES = 100
_LONGEST_LINE = 10_000
_LARGEST = 1e18
_PIECE = 500_000
# The size above which the Arrow reader is faster in spite of its start-up time.
_MANY_BYTES = 100_000


@dataclass(frozen=True)
class MetricColumns:
    """`train` and `val` are masks of the lines of that part. `measured` holds a column (lines,) per
    measurement, NaN for lines without it.
    """

    train: Mask
    val: Mask
    measured: dict[str, Floats]

    def __getitem__(self, name: str) -> Floats:
        return self.measured.get(name, np.full(len(self.train), np.nan))


def metric_columns(content: bytes) -> MetricColumns:
    """Parse complete lines, up to a hundred measurements; damaged lines are skipped."""
    names: dict[str, None] = {}
    if len(content) >= _MANY_BYTES:
        _add_names(_first_points(content), names)
        whole = _read_fast(content, names)
        if whole is not None:
            return whole
    pieces = [_read_fast(piece, names) or _read_by_line(piece, names) for piece in _pieces(content)]
    train, val = (
        np.concatenate([np.zeros(0, bool), *(getattr(piece, part) for piece in pieces)])
        for part in ("train", "val")
    )
    measured = {name: np.concatenate([piece[name] for piece in pieces]) for name in names}
    return MetricColumns(train, val, measured)


def _first_points(content: bytes) -> Iterator[dict[str, Any]]:
    """Yield a few points of each part, because their measurements differ."""
    for part in (b'"train"', b'"val"'):
        found = content.find(part)
        if found >= 0:
            start = content.rfind(b"\n", 0, found) + 1
            yield from _points(content[start : start + _LONGEST_LINE])


def _pieces(content: bytes) -> Iterator[bytes]:
    """Yield blocks of complete lines, so that a damaged line slows down its block only."""
    start = 0
    while start < len(content):
        end = content.find(b"\n", start + _PIECE) + 1 or len(content)
        yield content[start:end]
        start = end


def _read_fast(content: bytes, names: Collection[str]) -> MetricColumns | None:
    """Parse lines with Arrow; None if a line is damaged or has other measurements than `names`.

    Arrow gets a schema and enough bytes for it, because a few bytes could otherwise allocate
    gigabytes of columns.
    """
    count = content.count(b"\n")
    if len(content) < _MANY_BYTES or count * len(names) > len(content):
        return None
    fields = [("split", pa.string()), *((name, pa.float64()) for name in names)]
    try:
        table = arrow_json.read_json(
            pa.BufferReader(content),
            parse_options=arrow_json.ParseOptions(
                pa.schema(fields), unexpected_field_behavior="error"
            ),
        )
    except pa.ArrowInvalid:
        return None
    # Arrow also accepts two objects on a line, and one object over two lines.
    if len(table) != count:
        return None
    part = table["split"]
    train, val = (
        compute.equal(part, name).fill_null(False).to_numpy() for name in ("train", "val")
    )
    used = train | val
    # A full slice avoids a copy.
    taken = slice(None) if used.all() else used
    measured = {name: _usable(table[name].to_numpy())[taken] for name in names}
    return MetricColumns(train[taken], val[taken], measured)


def _read_by_line(piece: bytes, names: dict[str, None]) -> MetricColumns:
    """Parse lines of which some may be damaged; new measurements are added to `names`."""
    lines = list(_points(piece))
    _add_names(lines, names)
    measured = {name: _column([line.get(name) for line in lines]) for name in names}
    train, val = (
        np.array([line["split"] == part for line in lines], bool) for part in ("train", "val")
    )
    return MetricColumns(train, val, measured)


def _add_names(lines: Iterable[dict[str, Any]], names: dict[str, None]) -> None:
    for line in lines:
        if len(names) < _MOST_NAMES and line.keys() - names.keys() != {"split"}:
            new = (name for name in line if name != "split" and name.isprintable())
            unknown = (name for name in new if name not in names)
            names.update(dict.fromkeys(itertools.islice(unknown, _MOST_NAMES - len(names))))


def _points(content: bytes) -> Iterator[dict[str, Any]]:
    for text in content.splitlines():
        line = _parsed(text) if len(text) <= _LONGEST_LINE else None
        if isinstance(line, dict) and (line.get("split") == "train" or line.get("split") == "val"):
            yield line


def _parsed(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        # Other programs may write NaN, which orjson refuses.
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
    return _usable(column)


def _usable(column: Floats) -> Floats:
    return np.where(np.abs(column) <= _LARGEST, column, np.nan)


def _number(value: Any) -> float:
    usable = isinstance(value, (int, float)) and -_LARGEST <= value <= _LARGEST
    return float(value) if usable else np.nan
