"""Start a run from settings; a double click starts only one."""

import streamlit as st

from engine.home import Home
from engine.runs.control import launch_run, new_run_id
from engine.settings.run import RunSettings
from studio import text


def launch_key(place: str) -> str:
    """The key of the launch button in this place; it changes after its run has started.

    The second of two quick clicks is on the same button, so it has the same key.
    """
    number: int = st.session_state.setdefault(f"{place}.ticket", 1)
    pressed = st.session_state.get(_key(place, number))
    if number in _runs(place) and not pressed:
        number = st.session_state[f"{place}.ticket"] = number + 1
    return _key(place, number)


def launch_and_show(home: Home, settings: RunSettings, place: str) -> None:
    """Start the run of this place's button, or find the run that it has started; then show it.

    Raises:
        BadInput: the split or the configuration cannot be used for training.
        WorkFailed: the home is not writable.
    """
    number: int = st.session_state[f"{place}.ticket"]
    run_id = _runs(place).setdefault(number, new_run_id(settings))
    with st.spinner(f"Starting {text.plain(run_id)} …"):
        launch_run(home, settings, run_id)
    st.switch_page("../pages/runs.py", query_params={"run": run_id})


def _key(place: str, number: int) -> str:
    return f"{place}.launch.{number}"


def _runs(place: str) -> dict[int, str]:
    runs: dict[int, str] = st.session_state.setdefault(f"{place}.runs", {})
    return runs
