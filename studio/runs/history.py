"""A run's curves as they grow, read on from where the last look ended."""

from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.runs.metrics import read_metrics

COLUMNS = (
    "step",
    "epoch",
    "loss",
    "top1",
    "top5",
    "macro_top1",
    "lr",
    "images_per_second",
)


@dataclass
class Points:
    """The points of one part, a column a measurement; what was not measured is NaN."""

    columns: "dict[str, array[float]]" = field(
        default_factory=lambda: {name: array("d") for name in COLUMNS}
    )
    attempt: int = 0

    def __len__(self) -> int:
        return len(self.columns["step"])

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """A measurement of every point: (points,)."""
        return np.array(self.columns[name])

    def last(self, name: str) -> float | None:
        """The latest measurement, if there is one."""
        column = self.columns[name]
        return column[-1] if column and column[-1] == column[-1] else None

    def add(self, line: dict[str, Any]) -> None:
        for name, column in self.columns.items():
            value = line.get(name)
            column.append(float(value) if isinstance(value, (int, float)) else float("nan"))

    def forget_from(self, step: float) -> None:
        """Drop the points at and after a step."""
        steps = self.columns["step"]
        kept = len(steps)
        while kept and steps[kept - 1] >= step:
            kept -= 1
        for column in self.columns.values():
            del column[kept:]


@dataclass
class History:
    """The train and val points of one run; `k` is what "top-5" counts, fewer with few species.

    A run that goes on from a checkpoint takes some steps again: its new points replace the old.
    """

    train: Points = field(default_factory=Points)
    val: Points = field(default_factory=Points)
    k: int = 5
    offset: int = 0

    def read_on(self, path: Path) -> bool:
        """Take in what was written since the last time; whether there was anything."""
        new = read_metrics(path, self.offset)
        if new.offset < self.offset:
            # Another file took its place.
            self.train, self.val = Points(), Points()
        changed = new.offset != self.offset
        self.offset = new.offset
        for line in new.lines:
            self._take(line)
        return changed

    def _take(self, line: dict[str, Any]) -> None:
        points = {"train": self.train, "val": self.val}.get(str(line.get("split")))
        step = line.get("step")
        if points is None or not isinstance(step, (int, float)):
            return
        attempt = int(line.get("attempt") or 0)
        if attempt > points.attempt:
            points.forget_from(step)
            points.attempt = attempt
        self.k = int(line.get("k") or self.k)
        points.add(line)
