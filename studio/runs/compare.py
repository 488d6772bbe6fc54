"""Runs side by side: curves, different settings, results."""

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from engine.crop.verdict import read_verdict
from engine.errors import BadInput
from engine.home import Home
from engine.language.formats import signed
from engine.language.message import deferred, gettext
from engine.runs.comparison import Final, differing, final_of, flat_settings, groups
from engine.runs.history import History
from engine.runs.run import Run
from studio import text
from studio.address import OPENING, Parameter, one_of
from studio.charts.parallel import parallel
from studio.live_chart.component import forget_sent, live_chart, live_charts
from studio.runs.alerts_view import show_new_alerts
from studio.runs.chart_options import choose_chart_options
from studio.runs.export import curves_csv
from studio.runs.overlay import overlays

_KEY = "runs.compare"
_TICK_SECONDS = 2.0
_PARALLEL_FROM = 4
_AT_FIRST = 5
_ANSWERS: dict[str, str] = {
    "helps": deferred("helps"),
    "harms": deferred("harms"),
    "unclear": deferred("inconclusive"),
}


def compare_runs_view(home: Home, runs: Sequence[Run]) -> None:
    """Choose runs and compare them; the address holds the choice."""
    by_id = {run.run_id: run for run in runs}
    chosen = _choose(list(by_id))
    if len(chosen) < 2:
        st.caption(gettext("Choose at least two runs."))
        return
    forget_sent(_KEY)
    every = _TICK_SECONDS if any(by_id[run_id].is_live for run_id in chosen) else None
    st.fragment(_beside, run_every=every)(home, [by_id[run_id] for run_id in chosen])


def _choose(run_ids: list[str]) -> list[str]:
    parameter = Parameter(
        "compare", "runs.compare.chosen", one_of(run_ids), default=OPENING, many=True
    )
    parameter.read_address()
    st.session_state.setdefault(parameter.key, run_ids[:_AT_FIRST])
    chosen = st.multiselect(gettext("Runs"), run_ids, key=parameter.key)
    parameter.write_address(chosen)
    return chosen


def _beside(home: Home, runs: list[Run]) -> None:
    histories = {run.run_id: history_of(run) for run in runs}
    settings = {run.run_id: _settings(run) for run in runs}
    differs = differing(settings)
    finals = [final_of(run, histories[run.run_id], settings[run.run_id]) for run in runs]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        baseline = st.selectbox(
            gettext("Baseline"),
            ["", *histories],
            format_func=lambda run_id: run_id or gettext("None"),
            key="runs.baseline",
            bind="query-params",
            help=gettext("The run that the others are compared with."),
        )
        grouping = st.selectbox(
            gettext("Group by"),
            ["", *differs],
            format_func=lambda key: key or gettext("Nothing"),
            key="runs.group",
            bind="query-params",
            help=gettext("Runs with the same value of this setting share a colour and a mean."),
        )
    grouped = groups(settings, grouping) if grouping else {run_id: [run_id] for run_id in histories}
    _same_photographs(finals)
    live_charts(overlays(histories, grouped, choose_chart_options()), _KEY)
    st.subheader(gettext("Results at the best epoch"), anchor=False)
    _finals(
        finals,
        [describe_crop(home, run, final) for run, final in zip(runs, finals, strict=True)],
        baseline or "",
    )
    if grouping:
        _means(finals, grouped, grouping)
    st.subheader(gettext("Differences in settings"), anchor=False)
    _differences(differs, list(settings))
    if len(runs) >= _PARALLEL_FROM and differs:
        live_chart(
            parallel(list(settings), differs, [final.macro_top1 for final in finals]),
            f"{_KEY}.parallel",
        )
    st.download_button(
        gettext("Download curves as CSV"),
        lambda: curves_csv(histories),
        "curves.csv",
        "text/csv",
        key="runs.compare.csv",
        icon=":material/download:",
        on_click="ignore",
    )
    show_new_alerts(home)


def history_of(run: Run) -> History:
    """All measurements of a run, read once for all sessions until there are new ones."""
    try:
        found = run.folder.metrics.stat()
    except OSError:
        return History()
    # As bytes: the keys of the cache do not accept names that are not UTF-8.
    return _read(os.fsencode(run.folder.metrics), found.st_mtime_ns, found.st_size)


@st.cache_resource(max_entries=100, show_spinner=False)
def _read(path: bytes, time_ns: int, size: int) -> History:
    history = History()
    history.read_new(Path(os.fsdecode(path)))
    return history


def _settings(run: Run) -> dict[str, Any]:
    try:
        return flat_settings(run)
    except BadInput:
        return {}


def _same_photographs(finals: Sequence[Final]) -> None:
    if len({final.split_hash for final in finals} - {"–"}) > 1:
        st.warning(
            gettext(
                "These runs use different validation photographs, so their accuracies cannot be "
                "compared."
            ),
            icon=":material/balance:",
        )


def describe_crop(home: Home, run: Run, final: Final) -> str:
    """The crop of a run, and its measured effect: "fast: helps, +3.1 points"."""
    if not home.verdicts.is_dir():
        return final.crop
    try:
        verdict = read_verdict(home, run.folder.read_preset())
    except BadInput:
        verdict = None
    if verdict is None:
        return final.crop
    return gettext(
        "{crop}: {answer}, {change} points",
        crop=final.crop,
        answer=gettext(_ANSWERS.get(verdict.answer, verdict.answer)),
        change=signed(100 * verdict.difference.mean, 1),
    )


def _finals(finals: Sequence[Final], crops: Sequence[str], baseline: str) -> None:
    base = next((final for final in finals if final.run_id == baseline), None)
    columns: dict[str, list[Any]] = {
        gettext("Run"): [final.run_id for final in finals],
        gettext("Macro top-1"): [_share(final.macro_top1) for final in finals],
        gettext("Top-1"): [_share(final.top1) for final in finals],
        gettext("95% interval"): [describe_interval(final.low, final.high) for final in finals],
        gettext("Top-5"): [_share(final.top5) for final in finals],
        gettext("Loss"): [text.number(final.loss, 3) for final in finals],
        gettext("Epoch"): [text.number(final.epoch, 1) for final in finals],
        gettext("Test top-1"): [_share(final.test_top1) for final in finals],
        gettext("Split"): [f"{final.split} ({final.split_hash})" for final in finals],
        gettext("Crop"): list(crops),
    }
    if base is not None:
        columns[gettext("Difference from baseline")] = [against(final, base) for final in finals]
    st.dataframe(columns, hide_index=True, alt=gettext("Each run at its best epoch"))


def against(final: Final, base: Final) -> str:
    """The difference in macro top-1, and whether the top-1 intervals overlap."""
    if final.run_id == base.run_id:
        return gettext("baseline")
    change = 100 * (final.macro_top1 - base.macro_top1)
    if not math.isfinite(change):
        return "–"
    clear = final.low > base.high or final.high < base.low
    if clear:
        return gettext("{change} points", change=signed(change, 1))
    return gettext("{change} points (not significant)", change=signed(change, 1))


def _means(finals: Sequence[Final], grouped: Mapping[str, list[str]], key: str) -> None:
    by_id = {final.run_id: final.macro_top1 for final in finals}
    rows = {value: np.array([by_id[run_id] for run_id in ids]) for value, ids in grouped.items()}
    st.dataframe(
        {
            key: list(rows),
            gettext("Runs"): [len(values) for values in rows.values()],
            gettext("Mean macro top-1"): [_mean(values) for values in rows.values()],
            gettext("Lowest"): [_share(float(np.min(values))) for values in rows.values()],
            gettext("Highest"): [_share(float(np.max(values))) for values in rows.values()],
        },
        hide_index=True,
        alt=gettext("Mean result by {setting}", setting=key),
    )


def _differences(differs: Mapping[str, list[Any]], run_ids: list[str]) -> None:
    if not differs:
        st.caption(gettext("The configurations are identical."))
        return
    table: dict[str, list[str]] = {gettext("Setting"): list(differs)}
    for place, run_id in enumerate(run_ids):
        table[run_id] = [describe_setting(values[place]) for values in differs.values()]
    st.dataframe(table, hide_index=True, alt=gettext("The settings that differ between the runs"))


def describe_setting(value: Any) -> str:
    """A setting in short notation: 3.0000000000000004e-05 -> "3e-05"."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def describe_interval(low: float, high: float) -> str:
    """0.412, 0.478 -> "41.2% to 47.8%"."""
    return gettext("{low:.1%} to {high:.1%}", low=low, high=high) if low == low else "–"


def _share(value: float) -> str:
    return text.percentage(value)


def _mean(values: np.ndarray[Any, np.dtype[np.float64]]) -> str:
    finite = values[np.isfinite(values)]
    return _share(float(finite.mean())) if len(finite) else "–"
