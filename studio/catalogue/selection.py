"""The selected photographs, across all pages of the grid, while the page is open."""

from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st

_KEY = "catalogue_selection"


@dataclass(frozen=True)
class Selection:
    """The selected ids. `stamp` counts the changes that were not clicks on tiles."""

    ids: frozenset[str] = frozenset()
    stamp: int = 0


def selection() -> Selection:
    """The current selection."""
    kept: Selection = st.session_state.get(_KEY, Selection())
    return kept


def clicked(on: set[str], off: set[str]) -> None:
    """Apply the selection state of the tiles of a page."""
    now = selection()
    st.session_state[_KEY] = Selection((now.ids | on) - off, now.stamp)


def pick_ids(ids: Iterable[str]) -> None:
    """Add these ids to the selection."""
    now = selection()
    st.session_state[_KEY] = Selection(now.ids | set(ids), now.stamp + 1)


def pick_none() -> None:
    """Clear the selection."""
    st.session_state[_KEY] = Selection(stamp=selection().stamp + 1)
