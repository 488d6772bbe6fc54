"""What the last examination found, each finding with its repair."""

import time

import streamlit as st

from engine.doctor.condition import Check, Health, last_health
from engine.doctor.repairs import repair, repairable
from engine.errors import StudioError
from engine.home import Home
from engine.jobs.job import start_job
from studio import text
from studio.background import follow
from studio.health.line import health_summary
from studio.health.states import state_badge, state_sign
from studio.views.ended import broke_off

_JOB = "doctor"
_DONE = "health_done"


def examination(home: Home) -> None:
    """Draw the examination: begun here, followed while it runs, its findings below."""
    job = follow({_JOB: "Examining databases, photographs, splits and runs"})[_JOB]
    running = job.state == "running"
    health = last_health(home)
    # With findings the command fails; that is no reason to say that it broke off.
    if not running and (job.reason or job.state == "lost"):
        broke_off(job, "The examination")
    if done := st.session_state.pop(_DONE, ""):
        st.success(text.plain(done), icon=":material/healing:")
    with st.container(horizontal=True, vertical_alignment="center"):
        state = health.state if health else "unknown"
        st.markdown(f"{state_badge(state)} &ensp;{text.plain(health_summary(health, time.time()))}")
    if not running and st.button(
        "Examine everything",
        key="health_examine",
        icon=":material/troubleshoot:",
        type="primary",
        help="Reads every photograph at no more than 50 MB/s. It goes on when this page is "
        "closed, and where it was stopped.",
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
    lines = [
        f"{state_sign('sound')} {text.plain(check.title)} &ensp;:gray[{text.plain(check.text)}]"
        for check in sound
    ]
    st.markdown("  \n".join(lines))


def _row(home: Home, check: Check, offers_repair: bool) -> None:
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="medium", wrap=False):
            st.subheader(state_sign(check.state), anchor=False, width="content")
            with st.container(gap=None):
                st.markdown(f"**{text.plain(check.title)}** &ensp;{state_badge(check.state)}")
                st.caption(text.plain(check.text))
        if check.items:
            shown = len(check.items)
            more = f", the first {shown:,}" if check.count > shown else ""
            with st.expander(f"Show {check.count:,}{more}"):
                st.code("\n".join(check.items), language=None, height=min(320, 30 + 24 * shown))
        if offers_repair:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(text.plain(f"Repair: {check.repair}"))
                pressed = st.button("Repair", key=f"health_{check.key}", icon=":material/healing:")
            if pressed:
                _repair(home, check)


def _repair(home: Home, check: Check) -> None:
    try:
        with st.spinner("Repairing"):
            st.session_state[_DONE] = repair(home, check).text
        # What was found is out of date now.
        start_job(home, _JOB, ["doctor", "--share"])
    except StudioError as error:
        st.error(text.plain(str(error)), icon=":material/error:")
        return
    st.rerun()
