"""The grid of photographs, and the record of the chosen one in a drawer beside it."""

import streamlit as st

from studio import text
from studio.catalogue import selection
from studio.catalogue.curating import toolbar
from studio.catalogue.filters import clear
from studio.catalogue.found import Found
from studio.catalogue.paging import PAGE_SIZE, leaf
from studio.catalogue.record import record
from studio.links import from_address, to_address
from studio.place import catalogue as open_catalogue
from studio.place import images
from studio.thumbnails import tiles
from studio.views.action import Action
from studio.views.empty import empty
from studio.views.grid import TILE_WIDTHS, Picking, photo_grid
from studio.views.problem import problem, problems_shown

_CHOSEN = "catalogue_photo"
# The photographs that were beside the open one when it was opened: a relabelled one moves.
_ROW = "catalogue_row"
_DRAWER_WIDTH = 480
_USUAL_WIDTH = 132


@st.fragment
def browser(found: Found) -> None:
    """Draw a page of the grid; the address names the page, the size of the tiles, and the
    photograph whose record is open."""
    if not found.images:
        cleared = empty(
            "Nothing fits",
            "No photograph passes these filters: widen them.",
            [Action("Clear the filters", prepare=lambda: clear("catalogue"))],
            icon=":material/search_off:",
            key="catalogue_nothing",
        )
        if cleared:
            st.rerun()
        return
    from_address(_CHOSEN, "photo")
    with problems_shown(), open_catalogue() as catalogue:
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
        ):
            counted = st.empty()
            photographs = leaf(catalogue, found, "catalogue_page")
            width = _width()
            picks = st.toggle("Pick", key="catalogue_picks")
        counted.caption(_span(found.images), width="content")
        shown = [one.image_id for one in photographs]
        if picks:
            toolbar(found, shown)
        open_id: str = st.session_state.get(_CHOSEN, "")
        now = selection.selection()
        picked = photo_grid(
            tiles(photographs, images()),
            "catalogue_grid",
            marked=open_id,
            width=width,
            picking=Picking(now.ids, now.stamp, selection.clicked) if picks else None,
        )
        if picked:
            open_id = st.session_state[_CHOSEN] = picked
            st.session_state[_ROW] = shown
    to_address(_CHOSEN, "photo", open_id)
    if open_id:
        _drawer(open_id, _row(open_id, shown))


def _width() -> int:
    """How wide the tiles are, in pixels."""
    from_address("catalogue_size", "size")
    given = str(st.session_state.get("catalogue_size", ""))
    width = int(given) if given.isdecimal() else _USUAL_WIDTH
    st.session_state["catalogue_size"] = min(max(width, TILE_WIDTHS[0]), TILE_WIDTHS[1])
    chosen: int = st.slider(
        "Size",
        *TILE_WIDTHS,
        step=12,
        format="%d px",
        key="catalogue_size",
        label_visibility="collapsed",
        width=140,
    )
    to_address("catalogue_size", "size", None if chosen == _USUAL_WIDTH else str(chosen))
    return chosen


def _span(total: int) -> str:
    whole = text.count(total, "photograph")
    if total <= PAGE_SIZE:
        return whole
    first = (int(st.query_params.get("page", "1")) - 1) * PAGE_SIZE + 1
    return f"{first:,}–{min(first + PAGE_SIZE - 1, total):,} of {whole}"


def _row(open_id: str, shown: list[str]) -> list[str]:
    row: list[str] = st.session_state.get(_ROW, [])
    if open_id not in row:
        row = st.session_state[_ROW] = shown
    return row


def _close() -> None:
    st.session_state[_CHOSEN] = ""


@st.dialog("Photograph", width=_DRAWER_WIDTH, position="right", on_dismiss=_close)
def _drawer(image_id: str, row: list[str]) -> None:
    other = _neighbours(image_id, row)
    with problems_shown(), open_catalogue() as catalogue:
        photograph = catalogue.get(image_id)
        if photograph is None:
            problem(
                f"There is no photograph {image_id!r} in the catalogue: choose one of the grid."
            )
            return
        other = record(catalogue, photograph) or other
        if other:
            st.session_state[_CHOSEN] = other
            st.rerun()


def _neighbours(image_id: str, row: list[str]) -> str | None:
    """Draw the ways to the photographs before and after it; returns the one that was asked for."""
    if image_id not in row:
        return None
    place = row.index(image_id)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{place + 1:,} of {len(row):,} on this page", width="stretch")
        before = st.button(
            "Previous",
            key="catalogue_previous",
            icon=":material/chevron_left:",
            shortcut="Left",
            disabled=place == 0,
        )
        after = st.button(
            "Next",
            key="catalogue_next",
            icon=":material/chevron_right:",
            icon_position="right",
            shortcut="Right",
            disabled=place == len(row) - 1,
        )
    return row[place - 1] if before else row[place + 1] if after else None
