"""One line on what the last examination found. It reads the outcome and examines nothing."""

import time

import streamlit as st

from engine.doctor.condition import Health, last_health
from engine.home import Home
from studio import text
from studio.health.states import state_badge, state_sign
from studio.views.action import Action, act


def health_line(home: Home) -> None:
    """Draw the line, and the way to the page behind it."""
    health = last_health(home)
    state = health.state if health else "unknown"
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", gap="medium", wrap=False
    ):
        st.subheader(state_sign(state), anchor=False, width="content")
        with st.container(gap=None):
            st.markdown(f"**Health** &ensp;{state_badge(state)}")
            st.caption(text.plain(health_summary(health, time.time())))
        act(Action("See details", "../pages/health.py"), "overview_health")


def health_summary(health: Health | None, now: float) -> str:
    """What was found, in a sentence."""
    if health is None:
        return "Databases and photographs were not examined yet."
    when = text.ago(health.t, now)
    wrong = [check for check in health.checks if check.state in ("fault", "doubtful")]
    if not wrong:
        return f"Examined {when}: no damage was found."
    first = min(wrong, key=lambda check: check.state != "fault")
    more = f" And {text.count(len(wrong) - 1, 'more finding')}." if wrong[1:] else ""
    return f"Examined {when}. {first.title}: {first.text}{more}"
