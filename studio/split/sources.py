"""Asking of which sources photographs are dealt."""

from collections.abc import Mapping

import streamlit as st

from engine.settings.split import SplitSettings
from studio import text

_KEY = "split.sources"


def choose_sources(counts: Mapping[str, int]) -> tuple[str, ...]:
    """Ask for some sources, where there are several; none is named where all are meant.

    `counts` are the photographs of each.
    """
    if len(counts) < 2:
        return ()
    # A source may be gone, or have nothing on this machine, since it was chosen.
    st.session_state[_KEY] = [name for name in st.session_state.get(_KEY, ()) if name in counts]
    return tuple(
        st.multiselect(
            "Sources",
            list(counts),
            format_func=lambda name: f"{name or 'without a source'} ({text.number(counts[name])})",
            key=_KEY,
            placeholder="all of them",
            help=SplitSettings.model_fields["sources"].description,
        )
    )


def leave_out(source: str, counts: Mapping[str, int]) -> None:
    """Have the choice be every source but this one, at the next look."""
    chosen = st.session_state.get(_KEY) or counts
    st.session_state[_KEY] = [name for name in chosen if name != source]
