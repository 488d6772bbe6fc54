"""The findings of the last check, each with its repair."""

import time

import streamlit as st

from engine.doctor.condition import Check, Health, last_health
from engine.doctor.repairs import repair, repairable
from engine.errors import StudioError
from engine.home import Home
from engine.jobs.job import start_job
from engine.language.message import gettext, ngettext
from studio import text
from studio.background import follow
from studio.health.line import health_summary
from studio.health.states import state_badge, state_sign
from studio.views.ended import broke_off

_JOB = "doctor"
_DONE = "health_done"


def examination(home: Home) -> None:
    """Draw the check: start button, live progress, and findings below."""
    title = gettext("Checking databases, photographs, splits and runs")
    job = follow({_JOB: title})[_JOB]
    running = job.state == "running"
    health = last_health(home)
    # The command fails if it has findings; this is not an interruption.
    if not running and (job.reason or job.state == "lost"):
        broke_off(job, title)
    if done := st.session_state.pop(_DONE, ""):
        st.success(text.plain(done), icon=":material/healing:")
    with st.container(horizontal=True, vertical_alignment="center"):
        state = health.state if health else "unknown"
        st.markdown(f"{state_badge(state)} &ensp;{text.plain(health_summary(health, time.time()))}")
    if not running and st.button(
        gettext("Check everything"),
        key="health_examine",
        icon=":material/troubleshoot:",
        type="primary",
        help=gettext(
            "Reads every photograph, at 50 MB/s at most. It continues when you close this page, "
            "and resumes if you stop it."
        ),
    ):
        start_job(home, _JOB, ["doctor"])
        st.rerun()
    if health:
        _findings(home, health, running)


def _findings(home: Home, health: Health, running: bool) -> None:
    mended = {check.key for check in repairable(health)}
    order = ("fault", "doubtful", "unknown")
    wrong = [check for check in health.checks if check.state != "sound"]
    for check in sorted(wrong, key=lambda check: order.index(check.state)):
        _row(home, check, check.key in mended and not running)
    sound = [check for check in health.checks if check.state == "sound"]
    sign = state_sign("sound")
    lines = [
        f"{sign} {text.plain(str(check.title))} &ensp;:gray[{text.plain(check.text)}]"
        for check in sound
    ]
    st.markdown("  \n".join(lines))


def _row(home: Home, check: Check, offers_repair: bool) -> None:
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="medium", wrap=False):
            st.subheader(state_sign(check.state), anchor=False, width="content")
            with st.container(gap=None):
                st.markdown(f"**{text.plain(str(check.title))}** &ensp;{state_badge(check.state)}")
                st.caption(text.plain(check.text))
        if check.items:
            shown = len(check.items)
            label = ngettext("Show {n}", "Show all {n}", shown)
            if check.count > shown:
                label = gettext("Show the first {n} of {count}", n=shown, count=check.count)
            with st.expander(label):
                lines = "\n".join(map(str, check.items))
                st.code(lines, language=None, height=min(320, 30 + 24 * shown))
        if offers_repair:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(text.plain(gettext("Repair: {repair}", repair=check.repair)))
                pressed = st.button(
                    gettext("Repair"), key=f"health_{check.key}", icon=":material/healing:"
                )
            if pressed:
                _repair(home, check)


def _repair(home: Home, check: Check) -> None:
    try:
        with st.spinner(gettext("Repairing")):
            st.session_state[_DONE] = repair(home, check).text
        # The findings are out of date now.
        start_job(home, _JOB, ["doctor", "--share"])
    except StudioError as error:
        st.error(text.plain(str(error)), icon=":material/error:")
        return
    st.rerun()
