"""What was excluded, included and relabelled, each with the way back."""

import time

import streamlit as st

from engine.catalogue.changes import Change
from engine.catalogue.store import Catalogue
from studio import text
from studio.catalogue.curating import change_text, undo_change
from studio.views.empty import empty_state

_MOST = 100


def history_view(catalogue: Catalogue) -> None:
    """Draw the last changes, the newest first."""
    changes = catalogue.changes(_MOST)
    if not changes:
        empty_state(
            "Nothing has been changed yet",
            "Turn on Pick above the photographs to exclude or relabel some, or all that pass the "
            "filters.",
            icon=":material/history:",
            key="catalogue_no_history",
        )
    for change in changes:
        _row(change)


def _row(change: Change) -> None:
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", gap="medium", wrap=False
    ):
        with st.container(gap=None):
            st.markdown(change_text(change))
            when = text.ago(change.made, time.time())
            st.caption(f"Change {change.number} · {when}{_undone(change)}")
        st.button(
            "Undo",
            key=f"catalogue_undo_{change.number}",
            icon=":material/undo:",
            disabled=_is_undone(change),
            width="content",
            on_click=undo_change,
            args=(change.number,),
        )


def _undone(change: Change) -> str:
    if not change.undone:
        return ""
    return " · undone" + ("" if _is_undone(change) else f" on {change.undone:,} of them")


def _is_undone(change: Change) -> bool:
    return change.undone >= change.images
