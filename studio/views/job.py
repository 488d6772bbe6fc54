"""The progress of a background job."""

import streamlit as st

from engine.language.message import gettext
from studio import text
from studio.views.chip import State, chip_text


def job(
    title: str,
    state: State,
    *,
    done: int = 0,
    total: int = 0,
    note: str = "",
    seconds_left: float | None = None,
    stoppable: bool = True,
    key: str = "job",
) -> bool:
    """Title, state and a progress bar; total 0 means that the end is unknown.

    Returns True when the reader asks to stop a running job.
    """
    going = state in ("starting", "running")
    with st.container(border=True, gap="xsmall"):
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            st.markdown(f"**{text.plain(title)}** &ensp;{chip_text(state)}")
            stop = (
                stoppable
                and going
                and st.button(gettext("Stop"), key=f"{key}_stop", icon=":material/stop:")
            )
        if total > 0:
            st.progress(min(done / total, 1.0))
        elif going:
            st.skeleton(height=8)
        parts = [
            gettext("{done} of {total}", done=done, total=total) if total else "",
            note,
            gettext("{time:duration} left", time=seconds_left)
            if seconds_left is not None and going
            else "",
        ]
        st.caption(text.plain(" · ".join(part for part in parts if part)))
    return stop
