"""The history of exclusions, inclusions and relabellings, each with undo."""

import time

import streamlit as st

from engine.catalogue.changes import Change
from engine.catalogue.store import Catalogue
from engine.language.message import gettext, ngettext
from studio import text
from studio.catalogue.curating import change_text, undo_change
from studio.views.empty import empty_state

_MOST = 100


def history_view(catalogue: Catalogue) -> None:
    """Draw the last changes, newest first."""
    changes = catalogue.changes(_MOST)
    if not changes:
        empty_state(
            gettext("No changes yet"),
            gettext("Turn on Select above the photographs to exclude or relabel them."),
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
            number = gettext("Change {number}", number=str(change.number))
            parts = (number, text.ago(change.made, time.time()), _undone(change))
            st.caption(" · ".join(part for part in parts if part))
        st.button(
            gettext("Undo"),
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
    if _is_undone(change):
        return gettext("Undone")
    return ngettext("{n} undone", "{n} undone", change.undone)


def _is_undone(change: Change) -> bool:
    return change.undone >= change.images
