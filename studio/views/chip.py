"""The state of a run or a job, always with the same word, colour and icon."""

from typing import Literal

import streamlit as st

from engine.language.message import deferred, gettext

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
_NAMES: dict[State, str] = {
    "queued": deferred("Queued"),
    "starting": deferred("Starting"),
    "running": deferred("Running"),
    "stopping": deferred("Stopping"),
    "stopped": deferred("Stopped"),
    "finished": deferred("Finished"),
    "failed": deferred("Failed"),
    "lost": deferred("Lost"),
    "damaged": deferred("Damaged"),
}
_MEANINGS: dict[State, str] = {
    "queued": deferred("Waiting for its turn."),
    "starting": deferred("The process is starting."),
    "running": deferred("Running now."),
    "stopping": deferred("Asked to stop; it saves first."),
    "stopped": deferred("Stopped and saved. You can resume it."),
    "finished": deferred("Finished."),
    "failed": deferred("Ended with an error; see its log."),
    "lost": deferred("The process stopped unexpectedly (a power cut, for example)."),
    "damaged": deferred("Its files cannot be read. You can delete it."),
}


def state_name(state: State) -> str:
    """The state in the reader's language, for example "Running"."""
    return gettext(_NAMES[state])


def chip(state: State) -> None:
    """Draw the state; its meaning appears on hover and focus."""
    colour, icon = _LOOKS[state]
    help_text = gettext(_MEANINGS[state])
    st.badge(state_name(state), icon=f":material/{icon}:", color=colour, help=help_text)


def chip_text(state: State) -> str:
    """The same chip as Markdown, for use inside a line of text."""
    colour, icon = _LOOKS[state]
    return f":{colour}-badge[:material/{icon}: {state_name(state)}]"
