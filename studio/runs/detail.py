"""The chosen run as it stands, brought up to date while it lives."""

import time
from dataclasses import dataclass, field

import streamlit as st

from engine.home import Home
from engine.runs.log import log_tail
from engine.runs.run import Run, find_run
from studio import text
from studio.charts.chart import Chart
from studio.live_chart.component import live_chart
from studio.runs.actions import actions, stop_job, stop_stages
from studio.runs.charts import run_charts
from studio.runs.evaluation import evaluation, evaluation_job
from studio.runs.history import History
from studio.views.chip import chip
from studio.views.metrics import Metric, metric_row
from studio.views.problem import problem, problems_shown

# Half of what a point may take to be seen, at most, is spent waiting for the next look.
_TICK_SECONDS = 0.5
_LOG_LINES = 100


def detail(home: Home, run: Run) -> None:
    """Everything about one run. It ticks only while the run or work on it is going on."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            st.subheader(text.plain(run.run_id), anchor=False, width="content")
            chip(run.state)
        actions(home, run)
    _reason(run)
    stands = _stands(home, run)
    every = _TICK_SECONDS if run.is_live or "running" in stands[1:] else None
    st.fragment(_current, run_every=every)(home, run.run_id, stands)


def _current(home: Home, run_id: str, stands: tuple[str, ...]) -> None:
    with problems_shown():
        run = find_run(home, run_id)
        if _stands(home, run) != stands:
            # The list, the buttons and the timer follow from how it stands.
            st.rerun()
        stop_stages(home, run)
        seen = _seen(run)
        metric_row(figures(run, seen.history))
        st.caption(_about(run, seen.history))
        st.space("small")
        _charts(run, seen.charts)
        evaluation(home, run)
        with st.expander("Log", icon=":material/notes:"):
            st.code(
                log_tail(run.folder.log, _LOG_LINES) or "Nothing yet.",
                language=None,
                height=320,
                wrap_lines=True,
            )


def _stands(home: Home, run: Run) -> tuple[str, ...]:
    return run.state, stop_job(home, run).state, evaluation_job(home, run).state


def _reason(run: Run) -> None:
    if not run.reason:
        return
    if run.state == "failed":
        problem(run.reason)
    elif run.state == "lost":
        st.warning(f"{run.reason} Resume goes on from its last checkpoint.", icon=":material/help:")
    else:
        st.caption(text.plain(run.reason))


@dataclass
class _Seen:
    """What this tab has read of a run, and the charts of it, drawn anew only for new points."""

    history: History = field(default_factory=History)
    charts: dict[str, Chart] = field(default_factory=dict)


def _seen(run: Run) -> _Seen:
    tab: dict[str, _Seen] = st.session_state.setdefault("runs.seen", {})
    seen = tab.setdefault(run.run_id, _Seen())
    if seen.history.read_on(run.folder.metrics):
        seen.charts = run_charts(seen.history)
    return seen


def figures(run: Run, history: History) -> list[Metric]:
    """How far the run is and how well it does."""
    status = run.status
    top1, speed = history.val.last("top1"), history.train.last("images_per_second")
    best = status.best or {}
    return [
        Metric(
            "Epoch",
            f"{status.epoch:.3g} of {status.epochs}" if status.epochs else "–",
            note=f"step {status.step:,} of {status.steps_total:,}" if status.steps_total else "–",
        ),
        Metric(
            "Top-1 on val",
            text.percentage(top1) if top1 is not None else "–",
            "Photographs of val whose first guess is right.",
            "after the last epoch",
        ),
        Metric(
            "Best macro top-1",
            text.percentage(best["value"]) if best else "–",
            "Top-1 of each species of val, averaged; the best checkpoint is chosen by it.",
            f"after epoch {best['epoch']:.3g}" if best else "–",
        ),
        Metric(
            "Speed",
            f"{speed:,.1f} /s" if speed is not None else "–",
            "Photographs trained on a second.",
            status.device or "–",
        ),
        _time(run),
    ]


def _time(run: Run) -> Metric:
    status = run.status
    began = status.started or time.time()
    if run.is_live:
        left = "–" if status.seconds_left is None else text.duration(_rounded(status.seconds_left))
        so_far = f"{text.duration(time.time() - began)} so far" if status.started else "–"
        return Metric("Time left", left, note=so_far)
    end = status.ended or status.updated or began
    return Metric("Took", text.duration(end - began), note=text.ago(end, time.time()))


def _rounded(seconds: float) -> float:
    """Whole minutes from ten minutes on: a forecast is no more certain than that."""
    return round(seconds / 60) * 60 if seconds >= 600 else seconds


def _about(run: Run, history: History) -> str:
    status, rate = run.status, history.train.last("lr")
    parts = [
        f"started {text.ago(status.started, time.time())}" if status.started else "not started yet",
        f"on {status.host}" if status.host else "",
        f"attempt {status.attempt}" if status.attempt > 1 else "",
        f"learning rate {rate:.2e}" if rate is not None else "",
    ]
    said = " · ".join(part for part in parts if part)
    return text.plain(said[0].upper() + said[1:])


def _charts(run: Run, charts: dict[str, Chart]) -> None:
    if not charts:
        if run.is_live:
            st.caption(":material/hourglass_top: The first point of the curves is on its way …")
        else:
            st.caption("It ended before the first point of its curves.")
        return
    with st.grid(2, min_column_width=380, gap="medium"):
        for name, chart in charts.items():
            live_chart(chart, key=f"runs.{run.run_id}.{name}")
