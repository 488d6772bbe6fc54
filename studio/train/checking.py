"""Looking before launching: whether a configuration can be trained here, and why not."""

from dataclasses import replace

import streamlit as st

from engine.home import Home
from engine.runs.preflight import findings_in, read_preflight, start_preflight
from engine.settings.run import RunSettings
from studio import naming
from studio.views.findings import show_findings
from studio.views.problem import problem


def start_check(home: Home, name: str, settings: RunSettings) -> None:
    """Start looking; `outcome` shows what is found as long as this configuration is chosen."""
    start_preflight(home, settings)
    st.session_state["train.checked"] = name


def check_outcome(home: Home, name: str) -> None:
    """What the last look found, if it was at this configuration."""
    if st.session_state.get("train.checked") != name:
        return
    running = read_preflight(home).state == "running"
    st.fragment(_draw, run_every=1 if running else None)(home, running)


def _draw(home: Home, was_running: bool) -> None:
    job = read_preflight(home)
    if job.state == "running":
        st.caption(
            ":material/hourglass_top: Looking at the split, photographs, device, network, weights, "
            "memory and disk …"
        )
        return
    if was_running:
        st.rerun()
    with st.container(border=True):
        found = [
            replace(each, detail=naming.in_labels(str(each.detail), RunSettings))
            for each in findings_in(job)
        ]
        if found:
            show_findings(found)
        else:
            problem(job.reason or "The look broke off before it found anything; try again.")
