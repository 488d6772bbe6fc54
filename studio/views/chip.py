"""The state of a run or a job, always in the same word, colour and sign."""

from typing import Literal

import streamlit as st

State = Literal[
    "queued", "starting", "running", "stopping", "stopped", "finished", "failed", "lost", "damaged"
]
Colour = Literal["gray", "blue", "orange", "yellow", "green", "red", "violet"]

_LOOKS: dict[State, tuple[Colour, str]] = {
    "queued": ("gray", "schedule"),
    "starting": ("blue", "hourglass_top"),
    "running": ("blue", "autorenew"),
    "stopping": ("orange", "hourglass_bottom"),
    "stopped": ("yellow", "pause_circle"),
    "finished": ("green", "check_circle"),
    "failed": ("red", "error"),
    "lost": ("violet", "help"),
    "damaged": ("red", "broken_image"),
}
_MEANINGS: dict[State, str] = {
    "queued": "Waiting for its turn.",
    "starting": "The process is starting.",
    "running": "At work now.",
    "stopping": "Asked to stop; it saves first.",
    "stopped": "Stopped and saved; it can be resumed.",
    "finished": "Done.",
    "failed": "Ended by an error; its log says which.",
    "lost": "Its process is gone without a word, for instance after a power cut.",
    "damaged": "Its files cannot be read; it can be deleted.",
}


def chip(state: State) -> None:
    """Draw the state; its meaning appears on hover and focus."""
    colour, icon = _LOOKS[state]
    st.badge(state.capitalize(), icon=f":material/{icon}:", color=colour, help=_MEANINGS[state])


def chip_text(state: State) -> str:
    """The same chip as Markdown, to stand inside a line of text."""
    colour, icon = _LOOKS[state]
    return f":{colour}-badge[:material/{icon}: {state.capitalize()}]"
