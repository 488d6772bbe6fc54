"""The photographs that are picked, over all pages of the grid, while the page is open."""

from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st

_KEY = "catalogue_selection"


@dataclass(frozen=True)
class Selection:
    """What is picked; the `stamp` counts the times that it was set by other means than clicks."""

    ids: frozenset[str] = frozenset()
    stamp: int = 0


def selection() -> Selection:
    """What is picked now."""
    kept: Selection = st.session_state.get(_KEY, Selection())
    return kept


def clicked(on: set[str], off: set[str]) -> None:
    """Take over which tiles of a page are picked."""
    now = selection()
    st.session_state[_KEY] = Selection((now.ids | on) - off, now.stamp)


def pick_ids(ids: Iterable[str]) -> None:
    """Pick these too."""
    now = selection()
    st.session_state[_KEY] = Selection(now.ids | set(ids), now.stamp + 1)


def pick_none() -> None:
    """Let go of all."""
    st.session_state[_KEY] = Selection(stamp=selection().stamp + 1)
