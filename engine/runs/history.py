"""Reads a run's measurements incrementally."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engine.runs.metric_columns import Floats, MetricColumns, metric_columns
from engine.runs.metrics_file import read_bytes
from engine.training.report.scores import best_epoch

_NAN = float("nan")


class Points:
    """The points of one part, one column per measurement; NaN if not measured."""

    def __init__(self) -> None:
        self._columns: dict[str, array[float]] = {"step": array("d")}
        self._smooth: dict[str, tuple[float, array[float]]] = {}

    def __len__(self) -> int:
        return len(self._columns["step"])

    def __contains__(self, name: str) -> bool:
        return name in self._columns

    def __getitem__(self, name: str) -> Floats:
        """Return a measurement at every point: (points,)."""
        column = self._columns.get(name)
        return np.full(len(self), np.nan) if column is None else np.array(column)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the measurements."""
        return tuple(self._columns)

    def last(self, name: str) -> float | None:
        """Return the value at the last point; None if it was not measured."""
        column = self._columns.get(name)
        return column[-1] if column and column[-1] == column[-1] else None

    def extend(self, count: int, columns: Mapping[str, Floats]) -> None:
        """Append `count` points, with a column (count,) per measurement; NaN = not measured."""
        before = len(self)
        for name, values in columns.items():
            if name not in self._columns:
                if np.isnan(values).all():
                    continue
                self._columns[name] = array("d", [_NAN]) * before
            self._columns[name].frombytes(np.ascontiguousarray(values, np.float64).tobytes())
        for column in self._columns.values():
            column.extend([_NAN] * (before + count - len(column)))

    def forget_from(self, step: float) -> None:
        """Remove the points at and after a step."""
        steps = self._columns["step"]
        kept = len(steps)
        while kept and steps[kept - 1] >= step:
            kept -= 1
        for column in self._columns.values():
            del column[kept:]
        for _, smooth in self._smooth.values():
            del smooth[kept:]

    def smoothed(self, name: str, weight: float) -> Floats:
        """Return a measurement's running mean: (points,). `weight` is the share of the previous
        mean.

        The start is corrected for bias to zero (Kingma and Ba, 2015, section 3); gaps remain.
        """
        known, smooth = self._smooth.get(name, (weight, array("d")))
        if known != weight:
            smooth = array("d")
        self._smooth[name] = (weight, smooth)
        column = self._columns.get(name, array("d"))
        _smooth_on(column, smooth, weight)
        return np.array(smooth)


def _smooth_on(column: "array[float]", smooth: "array[float]", weight: float) -> None:
    """Extend the running mean to the end of the column."""
    done = len(smooth)
    mean = next((value for value in reversed(smooth) if value == value), _NAN)
    # The share of the mean that is data rather than the initial zero.
    share = 1 - weight**done
    for index in range(done, len(column)):
        value = column[index]
        if value == value:
            sum_ = (mean * share if mean == mean else 0.0) * weight + value * (1 - weight)
            share = 1 - weight * (1 - share)
            mean = sum_ / share
        smooth.append(mean if value == value else _NAN)


@dataclass(frozen=True)
class AttemptStart:
    """The position where an attempt started."""

    attempt: int
    step: float
    epoch: float
    t: float


@dataclass
class History:
    """The train and val points of one run; `k` is that of top-k, below 5 with few species.

    A resumed run repeats the steps after its checkpoint; the new points replace the old.
    """

    train: Points = field(default_factory=Points)
    val: Points = field(default_factory=Points)
    k: int = 5
    offset: int = 0
    attempt_starts: list[AttemptStart] = field(default_factory=list)

    def read_new(self, path: Path) -> bool:
        """Read what was written since the last call; return whether there was anything."""
        changed = False
        while (new := read_bytes(path, self.offset)).offset != self.offset:
            if new.offset < self.offset:
                # The file was replaced by a shorter one.
                self.train, self.val, self.attempt_starts = Points(), Points(), []
            changed, self.offset = True, new.offset
            self._take(metric_columns(new.content))
        return changed

    def kept(self) -> int | None:
        """Return the index, among the val points, of the epoch of the best checkpoint, or None."""
        return best_epoch(self.val["macro_top1"], self.val["loss"])

    def part(self, name: str) -> Points:
        """Return the points of "train" or "val"."""
        return self.train if name == "train" else self.val

    def _take(self, columns: MetricColumns) -> None:
        usable = (columns.train | columns.val) & np.isfinite(columns["step"])
        attempts = np.nan_to_num(columns["attempt"])
        for attempt in np.unique(attempts[usable]):
            of_attempt = usable & (attempts == attempt)
            if not self.attempt_starts or attempt > self.attempt_starts[-1].attempt:
                self._begin(int(attempt), columns, int(of_attempt.argmax()))
            for points, of_part in ((self.train, columns.train), (self.val, columns.val)):
                rows = of_attempt & of_part
                points.extend(
                    int(rows.sum()), {name: v[rows] for name, v in columns.measured.items()}
                )
        counted = columns["k"][np.isfinite(columns["k"])]
        self.k = int(counted[-1]) if len(counted) else self.k

    def _begin(self, attempt: int, columns: MetricColumns, row: int) -> None:
        step = float(columns["step"][row])
        for points in (self.train, self.val):
            points.forget_from(step)
        epoch, t = (float(np.nan_to_num(columns[name][row])) for name in ("epoch", "t"))
        self.attempt_starts.append(AttemptStart(attempt, step, epoch, t))
