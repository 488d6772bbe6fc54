"""Navigation from an open record to the previous and next one, across pages."""

from typing import Literal

import streamlit as st

from engine.language.message import gettext
from studio.catalogue.paging import Leaf, turn_to

# The neighbours of the open photograph at the time when it was opened: relabelling moves it.
_ROW = "catalogue_row"
# Whether the first or the last photograph of the next page opens.
_TURNED = "catalogue_turned"


def lay_out(shown: list[str]) -> None:
    """Remember the photographs of a page, from which one is opened."""
    st.session_state[_ROW] = shown


def turned_to(shown: list[str]) -> str:
    """The photograph that opens after a page change; empty if there is none."""
    end: Literal["first", "last"] | None = st.session_state.pop(_TURNED, None)
    if end is None or not shown:
        return ""
    lay_out(shown)
    return shown[0 if end == "first" else -1]


def neighbour(image_id: str, opened: Leaf, total: int, key: str) -> str | None:
    """Draw the links to the previous and next photograph; return the chosen one.

    After the last photograph of a page comes the first of the next page, under the page numbers of
    this `key`. The app reruns on that page, and `turned_to` returns the photograph that opens.
    """
    shown = [one.image_id for one in opened.photographs]
    if image_id not in st.session_state.get(_ROW, []):
        lay_out(shown)
    row: list[str] = st.session_state[_ROW]
    if image_id not in row:
        return None
    position = row.index(image_id)
    # When photographs have left the page, others have moved up from the next page.
    row = row + [other for other in shown if other not in row and position == len(row) - 1]
    # A photograph excluded in the meantime counts as long as it is in this list.
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
