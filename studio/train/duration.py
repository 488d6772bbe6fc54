"""How long a run is expected to take on this machine."""

import streamlit as st

from engine.home import Home
from engine.runs.durations import expected_duration
from engine.runs.run import list_runs
from engine.settings.run import RunSettings
from studio import text
from studio.split.made import Made


def time_here(home: Home, settings: RunSettings, split: Made) -> None:
    """Say it, where a run like this one finished here; else, how it comes to be known."""
    st.caption(f":material/schedule: {describe_time(home, settings, split)}")


def describe_time(home: Home, settings: RunSettings, split: Made) -> str:
    """ "About 5 min here, for 30 epochs over 847 photographs: as fast as demo-2026… was." """
    photographs = dict(split.counts)["train"].images if split.counts else 0
    expected = expected_duration(list_runs(home), settings, photographs)
    if expected is None or not photographs:
        return (
            "How long it takes here is known once a run of this network and size has finished; "
            "a run tells its time left from its first steps on."
        )
    over = (
        f"{text.count(settings.total_epochs, 'epoch')} over {text.count(photographs, 'photograph')}"
    )
    return (
        f"About {text.duration(text.rounded(expected.seconds))} here, for {over}: "
        f"as fast as {text.plain(expected.run_id)} was."
    )
