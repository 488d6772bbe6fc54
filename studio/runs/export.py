"""Curves as a table for other programs."""

import csv
import io
from collections.abc import Mapping

from engine.runs.history import History

_FIRST = ("step", "epoch", "t", "attempt")


def curves_csv(histories: Mapping[str, History]) -> str:
    """Every point of every run as CSV: run, split, then one column per measurement."""
    parts = [
        (run_id, part, history.part(part))
        for run_id, history in histories.items()
        for part in ("train", "val")
    ]
    measured = dict.fromkeys(name for _, _, points in parts for name in points.names)
    names = [*_FIRST, *(name for name in measured if name not in _FIRST)]
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(["run", "split", *names])
    for run_id, part, points in parts:
        columns = [points[name].tolist() for name in names]
        for row in zip(*columns, strict=True):
            writer.writerow([run_id, part, *("" if v != v else f"{v:.10g}" for v in row)])
    return sheet.getvalue()
