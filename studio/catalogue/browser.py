"""The grid of photographs, and the record of the chosen one in a drawer beside it."""

import streamlit as st

from engine.catalogue.store import Catalogue, Filter
from studio.catalogue.paging import leaf
from studio.catalogue.record import record
from studio.links import from_address, to_address
from studio.place import catalogue as open_catalogue
from studio.place import images
from studio.thumbnails import tiles
from studio.views.empty import empty
from studio.views.grid import photo_grid
from studio.views.problem import problem, problems_shown

_CHOSEN = "catalogue_photo"
_DRAWER_WIDTH = 480


def browser(catalogue: Catalogue, chosen: Filter) -> None:
    """Draw a page of the grid; the address may name the photograph whose record is open."""
    from_address(_CHOSEN, "photo")
    photographs = leaf(catalogue, chosen, "catalogue_trail")
    if not photographs:
        empty(
            "Nothing fits",
            "No photograph passes these filters: widen them.",
            icon=":material/search_off:",
            key="catalogue_nothing",
        )
    open_id: str = st.session_state.get(_CHOSEN, "")
    picked = photo_grid(tiles(photographs, images()), "catalogue_grid", marked=open_id)
    if picked:
        open_id = st.session_state[_CHOSEN] = picked
    to_address(_CHOSEN, "photo", open_id)
    if open_id:
        _drawer(open_id)


def _close() -> None:
    st.session_state[_CHOSEN] = ""


@st.dialog("Photograph", width=_DRAWER_WIDTH, position="right", on_dismiss=_close)
def _drawer(image_id: str) -> None:
    with problems_shown(), open_catalogue() as catalogue:
        photograph = catalogue.get(image_id)
        if photograph is None:
            problem(
                f"There is no photograph {image_id!r} in the catalogue: choose one of the grid."
            )
            return
        other = record(catalogue, photograph)
        if other:
            st.session_state[_CHOSEN] = other
            st.rerun()
