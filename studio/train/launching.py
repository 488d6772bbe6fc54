"""From the form to a run."""

import streamlit as st

from engine.home import Home
from engine.runs.run import list_runs
from engine.settings.run import RunSettings
from studio import text
from studio.forms import Submit, settings_form, with_changes
from studio.launch import launch_and_show, launch_key
from studio.train.checking import check_outcome, start_check
from studio.train.configuration import FIELDS, MORE, keep_changes

_CHECK = Submit("Check", icon=":material/checklist:")
_ESTIMATE = Submit("Estimate again", icon=":material/calculate:")


def form(home: Home, name: str, settings: RunSettings) -> None:
    """The settings to edit, and the buttons that launch, check and estimate them."""
    launch_button = Submit("Launch", launch_key("train"), ":material/rocket_launch:")
    sent = settings_form(
        settings,
        f"train.form.{name}",
        fields=FIELDS,
        more=MORE,
        submits=(launch_button, _CHECK, _ESTIMATE),
    )
    check_outcome(home, name)
    _company(home)
    if sent is None:
        return
    keep_changes(name, sent.changes)
    if sent.button is launch_button:
        launch_and_show(home, with_changes(settings, sent.changes), "train")
    if sent.button is _CHECK:
        start_check(home, name, with_changes(settings, sent.changes))
    st.rerun()


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
