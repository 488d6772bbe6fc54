"""The chosen run, updated while it is active."""

import time
from dataclasses import dataclass, field

import streamlit as st

from engine.files import printable
from engine.home import Home
from engine.jobs.failure import explain_failure
from engine.jobs.supervision import home_launcher, resume_queue
from engine.language.current import current_language
from engine.language.message import gettext, ngettext
from engine.runs.alerts import with_resume
from engine.runs.history import History
from engine.runs.remaining import range_left
from engine.runs.run import Run, find_run
from engine.runs.split_origin import split_of_run
from engine.split.about import tiers_text, where_text
from engine.training.state.status import Status
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

# Waiting for the next update takes at most half of the time allowed for a point to appear.
_TICK_SECONDS = 0.5
_SLOW_TICK_SECONDS = 3.0
_LINGERING = 30.0
_JUST_ENDED = "just-ended"


def detail(home: Home, run: Run, any_live: bool = False) -> None:
    """All information about one run. It updates only while it, its jobs or an `any_live` run are
    active.
    """
    # In a container of its own: messages from a browser to a fragment that has moved are lost.
    with st.container():
        _head(home, run)
    # A redrawn page has none of the points that were sent to an earlier page.
    forget_sent(_key(run))
    forget_sent(_more_key(run))
    stands = _state_key(home, run)
    every = _TICK_SECONDS if run.is_live or "running" in stands[1:] else None
    if every is None and (any_live or _JUST_ENDED in stands):
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
    _split(home, run)
    _reason(run)


def _split(home: Home, run: Run) -> None:
    found = split_of_run(home, run)
    if found is None:
        return
    name, origin = found
    facts = [gettext("Split {name}", name=name), where_text(origin.where), tiers_text(origin.tiers)]
    st.caption(text.plain(" · ".join(fact for fact in facts if fact)))


def _current(home: Home, run_id: str, stands: tuple[str, ...]) -> None:
    with problems_shown():
        run = find_run(home, run_id)
        if _state_key(home, run) != stands:
            # The list, the buttons and the timer depend on the state of the run.
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
            # The result of the training comes before its course.
            if run.state == "finished":
                evaluation(home, run)
        _charts(run, seen)
        if run.state != "finished":
            evaluation(home, run)
        log_view(run)
        show_new_alerts(home)


def _state_key(home: Home, run: Run) -> tuple[str, ...]:
    # The process takes a while to exit, and only then does the supervisor report the end.
    age = time.time() - (run.status.ended or 0.0)
    lately = _JUST_ENDED if not run.is_live and 0 <= age < _LINGERING else ""
    return run.state, evaluation_job(home, run).state, lately


def _key(run: Run) -> str:
    return component_key("runs.charts", run.run_id)


def _more_key(run: Run) -> str:
    return component_key("runs.more_charts", run.run_id)


def _reason(run: Run) -> None:
    if run.why is None:
        return
    if run.state == "failed":
        failure = explain_failure(run.why, run.folder.log)
        problem(f"{failure.what}\n{failure.next_step}")
        if failure.traceback:
            with st.expander(gettext("Traceback"), icon=":material/bug_report:"):
                st.code(failure.traceback, language="python", wrap_lines=True)
    elif run.state == "damaged":
        problem(text.plain(run.reason))
        folder = text.plain(printable(run.folder.root))
        st.caption(gettext("Its folder is {folder}.", folder=folder))
    elif run.state == "lost":
        why = with_resume(run.why) if run.can_resume else run.why
        st.warning(text.plain(str(why)), icon=":material/help:")
    else:
        st.caption(text.plain(run.reason))


def _silence(home: Home, run: Run) -> None:
    if run.is_suspended:
        st.warning(
            gettext(
                "The run does not respond because its process is suspended (SIGSTOP). Continue it "
                "with `kill -CONT {pid}`, or cancel it.",
                pid=str(run.status.pid),
            ),
            icon=":material/pause:",
        )
    elif run.silent:
        st.warning(
            gettext(
                "No sign of life for {time:duration}. A step can take long. If nothing changes, "
                "Stop ends the run by force after a minute.",
                time=run.silent,
            ),
            icon=":material/hearing_disabled:",
        )
    if run.is_abroad:
        where = home_launcher(home).where(run.folder.root)
        machine = text.plain(where.machine)
        st.info(gettext("Running on {machine}.", machine=machine), icon=":material/lan:")


@dataclass
class _Seen:
    """The data of a run that this tab has read, and its charts, redrawn only for new points."""

    history: History = field(default_factory=History)
    options: ChartOptions | None = None
    language: str = ""
    # The ones that are shown from the start, and those that are folded away below them.
    charts: dict[str, DrawnChart] = field(default_factory=dict)
    more: dict[str, DrawnChart] = field(default_factory=dict)


def _shown_history(run: Run, options: ChartOptions) -> _Seen:
    tab: dict[str, _Seen] = st.session_state.setdefault("runs.seen", {})
    seen = tab.pop(run.run_id, None) or _Seen()
    # The most recent last; a run of 100,000 steps takes about 12 MB.
    tab[run.run_id] = seen
    while len(tab) > _RUNS_KEPT:
        del tab[next(iter(tab))]
    shown, language = (seen.options, seen.language), current_language()
    if seen.history.read_new(run.folder.metrics) or shown != (options, language):
        seen.options, seen.language = options, language
        drawn = run_charts(seen.history, options)
        seen.charts = {name: chart for name, chart in drawn.items() if name in _FIRST_CHARTS}
        seen.more = {name: chart for name, chart in drawn.items() if name not in _FIRST_CHARTS}
    return seen


_RUNS_KEPT = 3
_FIRST_CHARTS = ("loss", "top1", "macro_top1", "lr")


def run_metrics(run: Run, history: History) -> list[Metric]:
    """The progress of the run and its results."""
    status = run.status
    top1, speed = history.val.last("top1"), history.train.last("images_per_second")
    best = status.best
    return [
        Metric(
            gettext("Epoch"),
            gettext("{epoch} of {epochs}", epoch=f"{status.epoch:.3g}", epochs=status.epochs)
            if status.epochs
            else "–",
            note=gettext("step {step} of {steps}", step=status.step, steps=status.steps_total)
            if status.steps_total
            else "–",
        ),
        Metric(
            gettext("Validation top-1"),
            text.percentage(top1) if top1 is not None else "–",
            gettext("Share of validation photographs whose first prediction is correct."),
            gettext("after the last epoch"),
        ),
        Metric(
            gettext("Best macro top-1"),
            text.percentage(best["value"]) if best else "–",
            gettext(
                "Validation accuracy per species, averaged over all species. The best checkpoint "
                "has the highest value."
            ),
            gettext("after epoch {epoch}", epoch=f"{best['epoch']:.3g}") if best else "–",
        ),
        Metric(
            gettext("Photos/s"),
            text.number(speed, 1) if speed is not None else "–",
            _about_speed(status),
            _device(status),
        ),
        _time(run, history),
    ]


def _device(status: Status) -> str:
    threads = ngettext("{n} thread", "{n} threads", status.threads) if status.threads else ""
    return ", ".join(part for part in (status.device, threads) if part) or "–"


def _about_speed(status: Status) -> str:
    if not status.thread_speeds:
        return gettext("Training throughput.")
    speeds = {int(number): speed for number, speed in status.thread_speeds.items()}
    ordered = sorted(speeds.items(), key=lambda item: -item[1])
    return gettext(
        "Training throughput. Last trial of CPU threads: {trials}.",
        trials="; ".join(
            ngettext(
                "{n} thread: {speed:.1f} photos/s",
                "{n} threads: {speed:.1f} photos/s",
                number,
                speed=speed,
            )
            for number, speed in ordered
        ),
    )


def _time(run: Run, history: History) -> Metric:
    status = run.status
    began = status.started or time.time()
    if not run.is_live:
        end = status.ended or status.updated or began
        return Metric(
            gettext("Duration"), text.duration(end - began), note=text.ago(end, time.time())
        )
    if status.seconds_left is None:
        passed = time.time() - began
        so_far = gettext("{time:duration} so far", time=passed) if status.started else "–"
        return Metric(gettext("Time left"), "–", note=so_far)
    of_stage = history.train["step"] > status.stage_step
    span = range_left(status.seconds_left, history.train["images_per_second"][of_stage])
    return Metric(
        gettext("Time left"),
        text.duration(text.rounded(status.seconds_left)),
        gettext("An estimate from recent speed. Below it, the likely range."),
        gettext(
            "{least:duration} to {most:duration}",
            least=text.rounded(span[0]),
            most=text.rounded(span[1]),
        )
        if span
        else None,
    )


def _about(run: Run, history: History) -> str:
    status = run.status
    parts = [
        gettext("Started {moment}", moment=text.ago(status.started, time.time()))
        if status.started
        else gettext("Not started yet"),
        # Before the first measurement, the text in place of the charts says it.
        run.preparing if len(history.train) else "",
        gettext("on {machine}", machine=status.host) if status.host else "",
        gettext("attempt {n}", n=status.attempt) if status.attempt > 1 else "",
    ]
    return text.plain(" · ".join(part for part in parts if part))


def _charts(run: Run, seen: _Seen) -> None:
    if not len(seen.history.train) and not len(seen.history.val):
        if run.state == "queued":
            st.caption(f":material/schedule: {gettext('Waiting in the queue; see above.')}")
        elif run.is_live:
            waits = text.plain(run.preparing) or gettext("Waiting for the first measurement …")
            st.caption(f":material/hourglass_top: {waits}")
        else:
            st.caption(gettext("The run ended before its first measurement."))
        return
    live_charts(seen.charts, _key(run))
    with st.expander(gettext("More charts"), icon=":material/show_chart:"):
        live_charts(seen.more, _more_key(run))
