"""Writes the points of the training curves to metrics.jsonl, one JSON object per line."""

import json
import math
import os
import time
from pathlib import Path
from typing import Any


class CurveWriter:
    """Appends points; each line is a single write, so that readers never see part of a line."""

    def __init__(self, path: Path, attempt: int) -> None:
        self._attempt = attempt
        self._descriptor = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o660
        )
        self._end_torn_line(path)

    def close(self) -> None:
        os.close(self._descriptor)

    def add(self, part: str, step: int, epoch: float, **values: Any) -> None:
        """Append a point of `part` ("train" or "val")."""
        point = {
            "t": round(time.time(), 3),
            "attempt": self._attempt,
            "step": step,
            "epoch": epoch,
            "split": part,
            **{key: _tidy(value) for key, value in values.items()},
        }
        os.write(self._descriptor, json.dumps(point).encode() + b"\n")

    def _end_torn_line(self, path: Path) -> None:
        """End a line that a crash left incomplete, so that the next point starts a new line."""
        with path.open("rb") as stream:
            if stream.seek(0, os.SEEK_END) == 0:
                return
            stream.seek(-1, os.SEEK_END)
            if stream.read(1) != b"\n":
                os.write(self._descriptor, b"\n")


def _tidy(value: Any) -> Any:
    """Round to six digits, enough for a curve; JSON has no NaN."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return value
