"""The empty state of a page: the reason, and the next step."""

from collections.abc import Sequence

import streamlit as st

from studio.views.action import Action, act


def empty_state(
    title: str,
    sentence: str,
    actions: Sequence[Action] = (),
    *,
    icon: str = ":material/potted_plant:",
    key: str = "empty",
) -> Action | None:
    """Draw the empty state, with the first action as the main button; return the pressed one."""
    pressed: Action | None = None
    with st.container(border=True, horizontal_alignment="center", gap="xsmall"):
        st.space("small")
        st.header(f":green[{icon}]", anchor=False, width="content")
        st.subheader(title, anchor=False, text_alignment="center")
        st.caption(sentence, width=480, text_alignment="center")
        if actions:
            st.space("xsmall")
            with st.container(horizontal=True, horizontal_alignment="center"):
                for place, action in enumerate(actions):
                    if act(action, f"{key}_{place}", primary=place == 0):
                        pressed = action
        st.space("small")
    return pressed
