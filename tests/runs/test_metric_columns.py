"""Arrow, which reads large files, gives the same columns as reading line by line."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.runs.metric_columns import MetricColumns, metric_columns

POINTS = [
    {"t": 1.5e9 + step, "step": step, "split": "train", "loss": 2 / step, "k": 5}
    for step in range(1, 20_001)
]
VAL = {"step": 7, "split": "val", "macro_top1": 0.5}


def content_of(points: list[dict[str, Any]]) -> list[bytes]:
    return [json.dumps(point).encode() for point in points]


def by_line(lines: list[bytes]) -> MetricColumns:
    """The columns from short pieces, which are read without Arrow."""
    parts = [
        metric_columns(b"\n".join(lines[i : i + 500]) + b"\n") for i in range(0, len(lines), 500)
    ]
    names = dict.fromkeys(name for part in parts for name in part.measured)
    train, val = (np.concatenate([getattr(p, s) for p in parts]) for s in ("train", "val"))
    measured = {name: np.concatenate([part[name] for part in parts]) for name in names}
    return MetricColumns(train, val, measured)


def _insert(*lines: bytes) -> Callable[[list[bytes]], list[bytes]]:
    return lambda sound: [*sound[:9_000], *lines, *sound[9_000:]]


LINES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "sound": list,
    "with a torn line": _insert(b'{"step": 3, "split": "tr'),
    "with two objects in a line": _insert(*[b'{"step": 1, "split": "val"} {"split": "val"}'] * 2),
    "with an object over two lines": _insert(b'{"step": 1,', b'"split": "val"}'),
    "with wrong types": _insert(b'{"step": [1], "split": "val", "loss": {"a": 1}, "k": true}'),
    "with words for numbers": _insert(b'{"step": "2", "split": "val", "loss": "x"}'),
    "with a number for the part": _insert(b'{"step": 1, "split": 5}'),
    "with a name twice": _insert(b'{"step": 1, "split": "val", "step": 2}'),
    "with infinite numbers": _insert(b'{"step": 1, "split": "val", "loss": NaN, "k": 1e999}'),
    "with nested lists": _insert(b'{"step": 1, "split": "val", "loss": ' + b"[" * 50_000),
    "with other parts": _insert(b'{"step": 1, "split": "other"}', b'{"step": 1}', b"null", b"[1]"),
    "with empty lines": _insert(b"", b"{}", b" "),
    "with new measurements": _insert(*content_of([VAL, {**VAL, "late": 1}])),
    "with a part that begins late": lambda sound: [*sound, *content_of([VAL])],
}


@pytest.mark.parametrize("name", LINES)
def test_the_columns_equal_those_of_single_lines(name: str) -> None:
    lines = LINES[name](content_of(POINTS))
    found, expected = metric_columns(b"\n".join(lines) + b"\n"), by_line(lines)
    assert len(found.train) >= len(POINTS)
    assert np.array_equal(found.train, expected.train)
    assert np.array_equal(found.val, expected.val)
    assert found.measured.keys() == expected.measured.keys()
    for measured in expected.measured:
        assert np.array_equal(found[measured], expected[measured], equal_nan=True), measured


def test_at_most_a_hundred_measurements_are_kept() -> None:
    wide = [{"split": "val", "step": 1} | {f"{row}-{i}": i for i in range(90)} for row in range(99)]
    assert len(metric_columns(b"\n".join(content_of(wide)) + b"\n").measured) == 100
