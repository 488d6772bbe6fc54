"""The expected duration of a run on this machine."""

import streamlit as st

from engine.home import Home
from engine.language.message import gettext, ngettext
from engine.runs.durations import expected_duration
from engine.runs.run import list_runs
from engine.settings.run import RunSettings
from studio import text
from studio.split.made import Made


def time_here(home: Home, settings: RunSettings, split: Made) -> None:
    """Show the duration if a similar run finished here, or else how it becomes known."""
    st.caption(f":material/schedule: {describe_time(home, settings, split)}")


def describe_time(home: Home, settings: RunSettings, split: Made) -> str:
    """ "About 5 min here: 30 epochs over 847 photographs, at the speed of demo-2026…." """
    photographs = dict(split.counts)["train"].images if split.counts else 0
    expected = expected_duration(list_runs(home), settings, photographs)
    if expected is None or not photographs:
        return gettext(
            "Duration unknown: no run of this network and size has finished here. A run shows "
            "its remaining time after its first steps."
        )
    return gettext(
        "About {time:duration} here: {epochs} over {photographs}, at the speed of {run}.",
        time=text.rounded(expected.seconds),
        epochs=ngettext("{n} epoch", "{n} epochs", settings.total_epochs),
        photographs=ngettext("{n} photograph", "{n} photographs", photographs),
        run=text.plain(expected.run_id),
    )
