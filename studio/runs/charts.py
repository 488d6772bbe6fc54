"""A run's measurements as charts."""

from studio.charts.chart import Chart
from studio.charts.curves import Line, curves
from studio.runs.history import History


def run_charts(history: History) -> dict[str, Chart]:
    """Every chart of a run, by the name that keeps its place on the page."""
    top = f"Top-{history.k}"
    return {
        "loss": curves(
            _both(history, "loss"), title="Loss", y_title="Cross-entropy", best="lowest"
        ),
        "top1": curves(
            _both(history, "top1"),
            title="Top-1",
            y_title="Photographs named rightly",
            best="highest",
            form="percentage",
        ),
        "top5": curves(
            _both(history, "top5"),
            title=top,
            y_title=f"Right one among the best {history.k}",
            best="highest",
            form="percentage",
        ),
        "macro_top1": curves(
            [_line(history, "val", "macro_top1")],
            title="Macro top-1",
            y_title="Mean over species",
            best="highest",
            form="percentage",
        ),
        "lr": curves(
            [_line(history, "train", "lr")],
            title="Learning rate",
            y_title="Learning rate",
            form="scientific",
            height=240,
        ),
        "images_per_second": curves(
            [_line(history, "train", "images_per_second")],
            title="Speed",
            y_title="Photographs a second",
            height=240,
        ),
    }


def _both(history: History, name: str) -> list[Line]:
    return [_line(history, part, name) for part in ("train", "val")]


def _line(history: History, part: str, name: str) -> Line:
    points = history.train if part == "train" else history.val
    return Line(part, points["epoch"], points[name], part)
