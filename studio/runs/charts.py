"""The measurements of a run as charts."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.language.message import deferred, gettext
from engine.runs.history import History
from engine.runs.metric_columns import Floats
from engine.split.folder import part_name
from engine.split.rarity import BUCKETS
from studio.charts.curves import Best, CurveMark, CurveStyle, Form, Line, drawing
from studio.charts.drawing import DrawnChart
from studio.palette import BUCKET_COLOURS

Axis = Literal["epoch", "step", "t"]
X_TITLES: dict[Axis, str] = {
    "epoch": deferred("Epoch"),
    "step": deferred("Step"),
    "t": deferred("Time"),
}


@dataclass(frozen=True)
class ChartOptions:
    """Display options of curves: x axis, smoothing (0 to 0.99), y axis."""

    x: Axis = "epoch"
    smoothing: float = 0.0
    log: bool = False


@dataclass(frozen=True)
class Kind:
    """One chart of a run: the measurement, its parts, and its titles, which are messages.

    A `core` chart is always shown; any other only after its first measurement.
    """

    name: str
    title: str
    y_title: str
    parts: tuple[str, ...] = ("train", "val")
    best: Best = "none"
    form: Form = "number"
    core: bool = False


KINDS = (
    Kind("loss", deferred("Loss"), deferred("Cross-entropy"), best="lowest", core=True),
    Kind(
        "top1",
        deferred("Top-1"),
        deferred("Accuracy (top-1)"),
        best="highest",
        form="percentage",
        core=True,
    ),
    Kind(
        "top5",
        deferred("Top-{k}"),
        deferred("Accuracy (top-{k})"),
        best="highest",
        form="percentage",
        core=True,
    ),
    Kind(
        "macro_top1",
        deferred("Macro top-1"),
        deferred("Mean over species"),
        ("val",),
        "highest",
        "percentage",
        True,
    ),
    Kind(
        "macro_top5",
        deferred("Macro top-{k}"),
        deferred("Mean over species"),
        ("val",),
        "highest",
        "percentage",
    ),
    Kind(
        "genus_top1",
        deferred("Genus top-1"),
        deferred("Genus accuracy"),
        ("val",),
        "highest",
        "percentage",
    ),
    Kind(
        "ece",
        deferred("Calibration error"),
        deferred("Confidence minus accuracy"),
        ("val",),
        "lowest",
        "percentage",
    ),
    Kind(
        "lr",
        deferred("Learning rate"),
        deferred("Learning rate"),
        ("train",),
        form="scientific",
        core=True,
    ),
    Kind(
        "images_per_second",
        deferred("Training throughput"),
        deferred("Photos per second"),
        ("train",),
        core=True,
    ),
    Kind(
        "waiting",
        deferred("Waiting for photographs"),
        deferred("Share of the time"),
        ("train",),
        form="percentage",
    ),
    Kind("memory_bytes", deferred("Memory"), deferred("Peak memory"), ("train",), form="bytes"),
    Kind("cpu", deferred("CPU"), deferred("Utilisation"), ("train",), form="percentage"),
    Kind("gpu", deferred("GPU"), deferred("Utilisation"), ("train",), form="percentage"),
    Kind("grad_norm", deferred("Gradient norm"), deferred("Norm before clipping"), ("train",)),
)


def run_charts(history: History, options: ChartOptions | None = None) -> dict[str, DrawnChart]:
    """Every chart of a run, by the name that fixes its place on the page."""
    options = options or ChartOptions()
    marks = [
        CurveMark(
            _x_of(beginning.step, beginning.epoch, beginning.t, options.x),
            gettext("attempt {n}", n=n),
        )
        for n, beginning in ((b.attempt, b) for b in history.attempt_starts[1:])
    ]
    drawn: dict[str, DrawnChart] = {}
    for kind in KINDS:
        lines = [line_of(history, part, kind.name, options) for part in kind.parts]
        if kind.core or any(np.isfinite(np.asarray(line.y, float)).any() for line in lines):
            drawn[kind.name] = drawing(lines, style_of(kind, history.k, options), marks)
        if kind.name == "macro_top1":
            drawn |= _buckets(history, options, marks)
    return drawn


def style_of(kind: Kind, k: int, options: ChartOptions) -> CurveStyle:
    """The titles and the form of a measurement's chart."""
    return CurveStyle(
        gettext(kind.title, k=k),
        gettext(kind.y_title, k=k),
        gettext(X_TITLES[options.x]),
        kind.best,
        kind.form,
        options.log,
        height=300 if kind.core and kind.best != "none" else 240,
        axis=options.x,
    )


def line_of(history: History, part: str, name: str, options: ChartOptions) -> Line:
    """The measurement of one part as a line."""
    points = history.part(part)
    smooth = None
    # The few points of val are not noisy enough to need smoothing.
    if options.smoothing > 0 and part == "train" and name in points:
        smooth = points.smoothed(name, options.smoothing)
    # The star of macro top-1 marks the step of the checkpoint, also among equal values.
    kept = history.kept() if (part, name) == ("val", "macro_top1") else None
    return Line(
        part_name(part),
        x_values(history, part, options.x),
        points[name],
        part,
        smooth=smooth,
        best=kept,
    )


def x_values(history: History, part: str, axis: Axis) -> Floats:
    """The x values of a part's points: (points,). Times are in milliseconds, as in a browser."""
    values = history.part(part)[axis]
    return values * 1_000 if axis == "t" else values


def _x_of(step: float, epoch: float, t: float, axis: Axis) -> float:
    return {"step": step, "epoch": epoch, "t": t * 1_000}[axis]


def _buckets(
    history: History, options: ChartOptions, marks: list[CurveMark]
) -> dict[str, DrawnChart]:
    x = x_values(history, "val", options.x)
    lines = [
        Line(
            gettext("{range} in train", range=bucket.name),
            x,
            history.val[bucket.metric],
            "",
            colour=colour,
        )
        for bucket, colour in zip(BUCKETS, BUCKET_COLOURS, strict=True)
        if bucket.metric in history.val
    ]
    if not lines:
        return {}
    style = CurveStyle(
        gettext("Top-1 by train photographs per species"),
        gettext("Accuracy (top-1)"),
        gettext(X_TITLES[options.x]),
        "highest",
        "percentage",
        axis=options.x,
    )
    return {"buckets": drawing(lines, style, marks)}
