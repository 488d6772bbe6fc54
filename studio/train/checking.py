"""The check before a launch: whether a configuration can be trained here, and why not."""

import streamlit as st

from engine.home import Home
from engine.language.message import gettext
from engine.runs.preflight import findings_in, read_preflight, start_preflight
from engine.settings.run import RunSettings
from studio.views.findings import show_findings
from studio.views.problem import problem


def start_check(home: Home, name: str, settings: RunSettings) -> None:
    """Start a check; `check_outcome` shows it as long as this configuration is chosen."""
    start_preflight(home, settings)
    st.session_state["train.checked"] = name


def check_outcome(home: Home, name: str) -> None:
    """The result of the last check, if it was for this configuration."""
    if st.session_state.get("train.checked") != name:
        return
    running = read_preflight(home).state == "running"
    st.fragment(_draw, run_every=1 if running else None)(home, running)


def _draw(home: Home, was_running: bool) -> None:
    job = read_preflight(home)
    if job.state == "running":
        checking = gettext(
            "Checking split, photographs, device, network, weights, memory and disk …"
        )
        st.caption(f":material/hourglass_top: {checking}")
        return
    if was_running:
        st.rerun()
    with st.container(border=True):
        found = findings_in(job)
        if found:
            show_findings(found)
        else:
            problem(job.reason or gettext("The check was interrupted. Try again."))
