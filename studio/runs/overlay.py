"""The curves of several runs over one axis."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.language.message import gettext
from engine.runs.history import History
from engine.runs.thinning import MOST_POINTS
from studio.charts.curves import drawing
from studio.charts.drawing import DrawnChart
from studio.palette import LIGHT
from studio.runs.charts import KINDS, ChartOptions, Kind, line_of, style_of

_POINTS, _FEWEST = 20_000, 200
_LISTED = 10
_NAMES = ("macro_top1", "top1", "top5", "loss", "lr", "images_per_second")


def overlays(
    histories: Mapping[str, History], groups: Mapping[str, list[str]], options: ChartOptions
) -> dict[str, DrawnChart]:
    """One chart per measurement, one line per run; the runs of a group share a colour.

    For measurements of both parts, val is solid and train is dashed. With more than ten runs, the
    names appear only on hover, and train is omitted because it would cover val.
    """
    colours = {
        run_id: LIGHT.series[place % len(LIGHT.series)]
        for place, run_ids in enumerate(groups.values())
        for run_id in run_ids
    }
    kinds = {kind.name: kind for kind in KINDS}
    return {name: _overlay(kinds[name], histories, colours, options) for name in _NAMES}


def _overlay(
    kind: Kind, histories: Mapping[str, History], colours: Mapping[str, str], options: ChartOptions
) -> DrawnChart:
    lines, names = [], short_names(histories)
    few = len(histories) <= _LISTED
    for run_id, history in histories.items():
        judged = kind.name in history.val and "val" in kind.parts
        for part in kind.parts if few or not judged else ("val",):
            line = line_of(history, part, kind.name, options)
            train = part == "train" and len(kind.parts) > 1
            name = gettext("{run} (train)", run=names[run_id]) if train else names[run_id]
            lines.append(
                replace(
                    line,
                    name=name,
                    faint=train,
                    colour=colours[run_id],
                    group=run_id,
                    listed=not train and few,
                )
            )
    # Fifty runs are drawn as fast as five.
    most = min(MOST_POINTS, max(_FEWEST, _POINTS // max(1, len(lines))))
    k = max((history.k for history in histories.values()), default=5)
    return drawing(lines, replace(style_of(kind, k, options), most=most))


def short_names(run_ids: Iterable[str]) -> dict[str, str]:
    """The names of the runs without the launch time, if they remain unique.

    Long names would leave a narrow chart no space beside its legend.
    """
    short = {run_id: re.sub(r"-\d{8}-\d{6}-\d{3}$", "", run_id) for run_id in run_ids}
    alike = len(set(short.values())) < len(short)
    return {run_id: run_id if alike else name for run_id, name in short.items()}
