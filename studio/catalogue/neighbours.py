"""From an open record to the one before and the one after, over all pages of what is found."""

from typing import Literal

import streamlit as st

from engine.language.message import gettext
from studio.catalogue.paging import Leaf, turn_to

# The photographs that were beside the open one when it was opened: a relabelled one moves.
_ROW = "catalogue_row"
# Which end of the page that is turned to is opened.
_TURNED = "catalogue_turned"


def lay_out(shown: list[str]) -> None:
    """Remember the photographs of a page, from which one is opened."""
    st.session_state[_ROW] = shown


def turned_to(shown: list[str]) -> str:
    """The photograph that opens with a page just turned to; empty where none was."""
    end: Literal["first", "last"] | None = st.session_state.pop(_TURNED, None)
    if end is None or not shown:
        return ""
    lay_out(shown)
    return shown[0 if end == "first" else -1]


def neighbour(image_id: str, opened: Leaf, total: int, key: str) -> str | None:
    """Draw the ways to the photographs before and after it; returns the one that was asked for.

    Behind the last of a page comes the first of the next one, under the page numbers of this
    `key`: the app runs anew there, and `turned_to` tells which photograph opens.
    """
    shown = [one.image_id for one in opened.photographs]
    if image_id not in st.session_state.get(_ROW, []):
        lay_out(shown)
    row: list[str] = st.session_state[_ROW]
    if image_id not in row:
        return None
    position = row.index(image_id)
    # Where some of the row have left the page, others have come up from the next one.
    row = row + [other for other in shown if other not in row and position == len(row) - 1]
    # What is excluded meanwhile is counted for as long as it stands in the row.
    total = max(total, opened.first + len(row) - 1)
    before, after = _buttons(
        gettext("{number} of {total}", number=opened.first + position, total=total),
        is_first=position == 0 and opened.number == 1,
        is_last=position == len(row) - 1 and opened.number == opened.pages,
    )
    if before and position == 0:
        _turn(opened.number - 1, "last", key)
    if after and position == len(row) - 1:
        _turn(opened.number + 1, "first", key)
    if not (before or after):
        return None
    other = row[position - 1 if before else position + 1]
    if other not in st.session_state[_ROW]:
        lay_out(shown)
    return other


def _buttons(words: str, is_first: bool, is_last: bool) -> tuple[bool, bool]:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(words, width="stretch")
        before = st.button(
            gettext("Previous"),
            key="catalogue_previous",
            icon=":material/chevron_left:",
            shortcut="Left",
            disabled=is_first,
        )
        after = st.button(
            gettext("Next"),
            key="catalogue_next",
            icon=":material/chevron_right:",
            icon_position="right",
            shortcut="Right",
            disabled=is_last,
        )
    return before, after


def _turn(number: int, end: Literal["first", "last"], key: str) -> None:
    turn_to(number, key)
    st.session_state[_TURNED] = end
    st.rerun()
