"""From the form to a run; two quick clicks start one."""

import streamlit as st

from engine.home import Home
from engine.runs.control import launch, new_run_id
from engine.runs.run import list_runs
from engine.settings.run import RunSettings
from studio import text
from studio.forms import Sent, Submit, settings_form, with_changes
from studio.train.checking import check, outcome
from studio.train.configuration import FIELDS, MORE, keep_changes

_CHECK = Submit("Check", icon=":material/checklist:")
_ESTIMATE = Submit("Estimate again", icon=":material/calculate:")


def form(home: Home, name: str, settings: RunSettings) -> None:
    """The settings to edit, and the buttons that launch, check and estimate them."""
    launch_button = Submit("Launch", f"train.launch.{_ticket()}", ":material/rocket_launch:")
    sent = settings_form(
        settings,
        f"train.form.{name}",
        fields=FIELDS,
        more=MORE,
        submits=(launch_button, _CHECK, _ESTIMATE),
    )
    outcome(home, name)
    _company(home)
    if sent is None:
        return
    keep_changes(name, sent.changes)
    if sent.button is launch_button:
        _launch(home, settings, sent)
    if sent.button is _CHECK:
        check(home, name, with_changes(settings, sent.changes))
    st.rerun()


def _launch(home: Home, settings: RunSettings, sent: Sent) -> None:
    """Start the run of this button's ticket, or find the one that it started; then show it."""
    asked = with_changes(settings, sent.changes)
    run_id: str = _runs_by_ticket().setdefault(_ticket(), new_run_id(asked))
    with st.spinner(f"Starting {run_id} …"):
        launch(home, asked, run_id)
    st.switch_page("../pages/runs.py", query_params={"run": run_id})


def _ticket() -> int:
    """The number on the launch button: another one as soon as its run was started.

    The second of two quick clicks was made on the same button, so it carries the same number.
    """
    ticket: int = st.session_state.setdefault("train.ticket", 1)
    pressed = st.session_state.get(f"train.launch.{ticket}")
    if ticket in _runs_by_ticket() and not pressed:
        ticket = st.session_state["train.ticket"] = ticket + 1
    return ticket


def _runs_by_ticket() -> dict[int, str]:
    runs: dict[int, str] = st.session_state.setdefault("train.runs", {})
    return runs


def _company(home: Home) -> None:
    """Say which runs this one may have to wait for."""
    live = [run.run_id for run in list_runs(home) if run.is_live]
    if live:
        names = ", ".join(live[:3]) + (f" and {len(live) - 3} more" if len(live) > 3 else "")
        verb = "is" if len(live) == 1 else "are"
        st.info(
            f"{text.plain(names)} {verb} going already. A run launched now waits in the queue of "
            "its device; on the Runs page it can be started beside them.",
            icon=":material/schedule:",
        )
