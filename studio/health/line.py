"""One line about the last check. It reads the stored result and runs no check."""

import time

import streamlit as st

from engine.doctor.condition import Health, last_health
from engine.home import Home
from engine.language.message import gettext, ngettext
from studio import text
from studio.health.states import state_sign
from studio.views.action import Action, act


def health_line(home: Home) -> None:
    """Draw the line with a link to the health page."""
    health = last_health(home)
    state = health.state if health else "unknown"
    # On a narrow page the button wraps below.
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="medium"):
        with st.container(horizontal=True, vertical_alignment="center", gap="medium", wrap=False):
            st.subheader(state_sign(state), anchor=False, width="content")
            with st.container(gap=None):
                st.markdown(f"**{gettext('Health')}**")
                st.caption(text.plain(health_summary(health, time.time())))
        with st.container(width="content"):
            act(Action(gettext("See details"), "../pages/health.py"), "overview_health")


def health_summary(health: Health | None, now: float) -> str:
    """The findings in one or two sentences."""
    if health is None:
        return gettext("Not checked yet.")
    when = text.ago(health.t, now)
    wrong = [check for check in health.checks if check.state in ("fault", "doubtful")]
    if not wrong:
        return gettext("No damage found. Last check: {when}.", when=when)
    first = min(wrong, key=lambda check: check.state != "fault")
    if len(wrong) == 1:
        return gettext(
            "{title}: {found} Last check: {when}.", title=first.title, found=first.text, when=when
        )
    return ngettext(
        "{title}: {found} And {n} more finding. Last check: {when}.",
        "{title}: {found} And {n} more findings. Last check: {when}.",
        len(wrong) - 1,
        title=first.title,
        found=first.text,
        when=when,
    )
