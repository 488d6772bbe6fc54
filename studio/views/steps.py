"""The steps from photographs to a classifier, each with its actual state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from engine.language.message import deferred, gettext
from studio import text
from studio.views.action import Action, act

_SIGNS = {
    "done": ":green[:material/check_circle:]",
    "going": ":blue[:material/progress_activity:]",
    "ready": ":orange[:material/arrow_circle_right:]",
    "waiting": ":gray[:material/circle:]",
}
_BADGES = {
    "done": ("green", deferred("Done")),
    "going": ("blue", deferred("In progress")),
    "next": ("orange", deferred("Next")),
    "ready": ("gray", deferred("Ready")),
    "waiting": ("gray", deferred("Later")),
}


@dataclass(frozen=True)
class Step:
    """One step: `detail` says what exists, or what the step waits for."""

    title: str
    state: Literal["done", "going", "ready", "waiting"]
    detail: str
    action: Action | None = None


def steps(flow: Sequence[Step], key: str = "steps") -> Step | None:
    """Draw the steps; return the step whose action was pressed.

    The action of the first step that is ready or running is the main button.
    """
    following = next((step for step in flow if step.state in ("going", "ready")), None)
    pressed: Step | None = None
    with st.container(gap="xsmall"):
        for place, step in enumerate(flow):
            if _row(step, f"{key}_{place}", step is following):
                pressed = step
    return pressed


def _row(step: Step, key: str, main: bool) -> bool:
    # On a narrow page the button wraps below.
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="medium"):
        with st.container(horizontal=True, vertical_alignment="center", gap="medium", wrap=False):
            st.subheader(_SIGNS[step.state], anchor=False, width="content")
            with st.container(gap=None):
                colour, word = _BADGES["next" if main and step.state == "ready" else step.state]
                st.markdown(f"**{step.title}** &ensp;:{colour}-badge[{gettext(word)}]")
                st.caption(text.plain(step.detail))
        if step.action is None:
            return False
        with st.container(width="content"):
            return act(step.action, key, primary=main)
