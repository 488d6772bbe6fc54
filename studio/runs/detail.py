"""The chosen run as it stands, brought up to date while it lives."""

import time
from dataclasses import dataclass, field

import streamlit as st

from engine.files import printable
from engine.home import Home
from engine.jobs.failure import explain_failure
from engine.jobs.supervision import home_launcher, resume_queue
from engine.runs.history import History
from engine.runs.remaining import range_left
from engine.runs.run import Run, find_run
from engine.training.state.status import Status
from engine.training.thread_choice import count_of, describe_speeds
from studio import text
from studio.charts.drawing import DrawnChart
from studio.live_chart.component import forget_sent, live_charts
from studio.runs.actions import actions, stop_stages
from studio.runs.alerts_view import show_new_alerts
from studio.runs.chart_options import choose_chart_options
from studio.runs.charts import ChartOptions, run_charts
from studio.runs.diagnosis import diagnosis
from studio.runs.evaluation import evaluation, evaluation_job
from studio.runs.log_view import log_view
from studio.runs.notes_view import note_view, notes_view
from studio.views.chip import chip
from studio.views.component_key import component_key
from studio.views.metrics import Metric, metric_row
from studio.views.problem import problem, problems_shown

# Half of what a point may take to be seen, at most, is spent waiting for the next look.
_TICK_SECONDS = 0.5
_SLOW_TICK_SECONDS = 3.0
_LINGERING = 30.0


def detail(home: Home, run: Run, any_live: bool = False) -> None:
    """Everything about one run. It ticks only while it, work on it or `any_live` run goes on."""
    # In a place of its own: what a browser sends to a fragment that has moved since is lost.
    with st.container():
        _head(home, run)
    # A page that is drawn anew has none of the points that an earlier one was sent.
    forget_sent(_key(run))
    stands = _state_key(home, run)
    every = _TICK_SECONDS if run.is_live or "running" in stands[1:] else None
    if every is None and (any_live or "just ended" in stands):
        every = _SLOW_TICK_SECONDS
    st.fragment(_current, run_every=every)(home, run.run_id, stands)


def _head(home: Home, run: Run) -> None:
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            st.subheader(text.plain(run.run_id), anchor=False, width="content")
            chip(run.state)
            notes_view(run)
        actions(home, run)
    note_view(run)
    _reason(run)


def _current(home: Home, run_id: str, stands: tuple[str, ...]) -> None:
    with problems_shown():
        run = find_run(home, run_id)
        if _state_key(home, run) != stands:
            # The list, the buttons and the timer follow from how it stands.
            st.rerun()
        if run.state == "queued":
            resume_queue(home)
        stop_stages(run)
        _silence(home, run)
        above = st.container()
        seen = _shown_history(run, choose_chart_options())
        with above:
            metric_row(run_metrics(run, seen.history))
            st.caption(_about(run, seen.history))
            diagnosis(run)
            # What it was trained for comes before how it got there.
            if run.state == "finished":
                evaluation(home, run)
        _charts(run, seen)
        if run.state != "finished":
            evaluation(home, run)
        log_view(run)
        show_new_alerts(home)


def _state_key(home: Home, run: Run) -> tuple[str, ...]:
    # Its process takes a while to go, and only then does the supervisor tell that it ended.
    age = time.time() - (run.status.ended or 0.0)
    lately = "just ended" if not run.is_live and 0 <= age < _LINGERING else ""
    return run.state, evaluation_job(home, run).state, lately


def _key(run: Run) -> str:
    return component_key("runs.charts", run.run_id)


def _reason(run: Run) -> None:
    if not run.reason:
        return
    if run.state == "failed":
        failure = explain_failure(run.reason, run.folder.log)
        problem(f"{failure.what}\n{failure.next_step}")
        if failure.traceback:
            with st.expander("Traceback", icon=":material/bug_report:"):
                st.code(failure.traceback, language="python", wrap_lines=True)
    elif run.state == "damaged":
        problem(text.plain(run.reason))
        st.caption(f"Its folder is {text.plain(printable(run.folder.root))}.")
    elif run.state == "lost":
        goes_on = " Resume goes on from its last checkpoint." if run.can_resume else ""
        st.warning(f"{text.plain(run.reason)}{goes_on}", icon=":material/help:")
    else:
        st.caption(text.plain(run.reason))


def _silence(home: Home, run: Run) -> None:
    if run.is_suspended:
        st.warning(
            "It does not answer: its process was suspended (SIGSTOP). Continue it "
            f"(`kill -CONT {run.status.pid}`), or cancel it.",
            icon=":material/pause:",
        )
    elif run.silent:
        st.warning(
            f"It has not been heard of for {text.duration(run.silent)}. A step may take long; "
            "if it stays so, Stop ends it by force after a minute.",
            icon=":material/hearing_disabled:",
        )
    if run.is_abroad:
        where = home_launcher(home).where(run.folder.root)
        st.info(f"It runs on {text.plain(where.machine)}.", icon=":material/lan:")


@dataclass
class _Seen:
    """What this tab has read of a run, and the charts of it, drawn anew only for new points."""

    history: History = field(default_factory=History)
    options: ChartOptions | None = None
    charts: dict[str, DrawnChart] = field(default_factory=dict)


def _shown_history(run: Run, options: ChartOptions) -> _Seen:
    tab: dict[str, _Seen] = st.session_state.setdefault("runs.seen", {})
    seen = tab.pop(run.run_id, None) or _Seen()
    # The latest last; a run of 100,000 steps takes a dozen megabytes.
    tab[run.run_id] = seen
    while len(tab) > _RUNS_KEPT:
        del tab[next(iter(tab))]
    if seen.history.read_on(run.folder.metrics) or seen.options != options:
        seen.options = options
        seen.charts = run_charts(seen.history, options)
    return seen


_RUNS_KEPT = 3


def run_metrics(run: Run, history: History) -> list[Metric]:
    """How far the run is and how well it does."""
    status = run.status
    top1, speed = history.val.last("top1"), history.train.last("images_per_second")
    best = status.best
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
            _about_speed(status),
            _device(status),
        ),
        _time(run, history),
    ]


def _device(status: Status) -> str:
    parts = [status.device, count_of(status.threads) if status.threads else ""]
    return ", ".join(part for part in parts if part) or "–"


def _about_speed(status: Status) -> str:
    said = "Photographs trained on a second."
    if not status.thread_speeds:
        return said
    speeds = {int(number): speed for number, speed in status.thread_speeds.items()}
    return f"{said} The last trial of CPU threads: {describe_speeds(speeds)}."


def _time(run: Run, history: History) -> Metric:
    status = run.status
    began = status.started or time.time()
    if run.is_live:
        if status.seconds_left is None:
            so_far = f"{text.duration(time.time() - began)} so far" if status.started else "–"
            return Metric("Time left", "–", note=so_far)
        of_stage = history.train["step"] > status.stage_step
        span = range_left(status.seconds_left, history.train["images_per_second"][of_stage])
        return Metric(
            "Time left",
            text.duration(text.rounded(status.seconds_left)),
            "As fast as it was lately; below it, from the fastest to the slowest tenth.",
            " to ".join(text.duration(text.rounded(end)) for end in span) if span else None,
        )
    end = status.ended or status.updated or began
    return Metric("Took", text.duration(end - began), note=text.ago(end, time.time()))


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


def _charts(run: Run, seen: _Seen) -> None:
    if not len(seen.history.train) and not len(seen.history.val):
        if run.state == "queued":
            st.caption(":material/schedule: It waits for its turn; see the queue above.")
        elif run.is_live:
            st.caption(":material/hourglass_top: The first point of the curves is on its way …")
        else:
            st.caption("It ended before the first point of its curves.")
        return
    live_charts(seen.charts, _key(run))
