"""The grid of photographs, with the record of the chosen one in a drawer beside it."""

import streamlit as st

from engine.language.message import gettext, ngettext
from studio.address import Parameter, bounded, one_change
from studio.catalogue import selection
from studio.catalogue.curating import toolbar
from studio.catalogue.exporting import export_menu
from studio.catalogue.filters import clear
from studio.catalogue.found import FoundPhotographs
from studio.catalogue.neighbours import lay_out, neighbour, turned_to
from studio.catalogue.paging import Leaf, leaf
from studio.catalogue.record import record_view
from studio.current import catalogue as open_catalogue
from studio.current import images
from studio.thumbnails import tiles
from studio.views.action import Action
from studio.views.empty import empty_state
from studio.views.grid import TILE_WIDTHS, Picking, photo_grid
from studio.views.problem import problem, problems_shown

_CHOSEN = "catalogue_photo"
_PAGE = "catalogue_page"
_DRAWER_WIDTH = 480
_USUAL_WIDTH = 132


@st.fragment
@one_change()
def browser(found: FoundPhotographs) -> None:
    """Draw a page of the grid. The address holds the page, the tile size, and the photograph whose
    record is open.
    """
    if not found.images:
        cleared = empty_state(
            gettext("No results"),
            gettext("No photograph matches these filters."),
            [Action(gettext("Clear the filters"), prepare=lambda: clear("catalogue"))],
            icon=":material/search_off:",
            key="catalogue_nothing",
        )
        if cleared:
            st.rerun()
        return
    photo = Parameter("photo", _CHOSEN)
    photo.read_address()
    with problems_shown(), open_catalogue() as catalogue:
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
        ):
            counted = st.empty()
            opened = leaf(catalogue, found, _PAGE)
            width = _width()
            picks = st.toggle(gettext("Select"), key="catalogue_picks")
            export_menu(catalogue, found)
        counted.caption(_span(opened, found.images), width="content")
        shown = [one.image_id for one in opened.photographs]
        if picks:
            toolbar(found, shown)
        open_id: str = turned_to(shown) or st.session_state.get(_CHOSEN, "")
        st.session_state[_CHOSEN] = open_id
        now = selection.selection()
        picked = photo_grid(
            tiles(opened.photographs, images()),
            "catalogue_grid",
            marked=open_id,
            width=width,
            picking=Picking(now.ids, now.stamp, selection.clicked) if picks else None,
        )
        if picked:
            open_id = st.session_state[_CHOSEN] = picked
            lay_out(shown)
    photo.write_address(open_id)
    if open_id:
        _drawer(open_id, opened, found.images)


def _width() -> int:
    """The width of the tiles in pixels."""
    size = Parameter("size", "catalogue_size", bounded(*TILE_WIDTHS), default=_USUAL_WIDTH)
    size.read_address()
    chosen: int = st.slider(
        gettext("Thumbnail size"),
        *TILE_WIDTHS,
        step=12,
        format="%d px",
        key=size.key,
        label_visibility="collapsed",
        width=140,
    )
    size.write_address(chosen)
    return chosen


def _span(opened: Leaf, total: int) -> str:
    if opened.pages == 1:
        return ngettext("{n} photograph", "{n} photographs", total)
    return ngettext(
        "{first}–{last} of {n} photograph",
        "{first}–{last} of {n} photographs",
        total,
        first=opened.first,
        last=opened.first + len(opened.photographs) - 1,
    )


def _close() -> None:
    st.session_state[_CHOSEN] = ""


def _drawer(image_id: str, opened: Leaf, total: int) -> None:
    # The title is translated on each run, into the reader's language.
    drawer = st.dialog(
        gettext("Photograph"), width=_DRAWER_WIDTH, position="right", on_dismiss=_close
    )
    drawer(_record)(image_id, opened, total)


def _record(image_id: str, opened: Leaf, total: int) -> None:
    other = neighbour(image_id, opened, total, _PAGE)
    with problems_shown(), open_catalogue() as catalogue:
        photograph = catalogue.get(image_id)
        if photograph is None:
            problem(gettext("The catalogue has no photograph {id}. Choose one below.", id=image_id))
            return
        other = record_view(catalogue, photograph) or other
        if other:
            st.session_state[_CHOSEN] = other
            st.rerun()
