"""The photographs of a clicked bar."""

import streamlit as st

from engine.home import Home
from studio import current, text
from studio.split.bars import Bar
from studio.split.planning import SplitChoice, image_ids
from studio.thumbnails import tiles
from studio.views.grid import pager, photo_grid
from studio.views.problem import problems_shown

_BAR = "split.bar"
_PAGE = "split.bar_page"


def open_bar(bar: Bar) -> None:
    """Handle a click on a bar: the next run shows its photographs."""
    st.session_state[_BAR] = bar


def show_chosen(home: Home, choice: SplitChoice) -> None:
    """Show the photographs of the clicked bar, if any, in a dialog."""
    bar: Bar | None = st.session_state.pop(_BAR, None)
    if bar:
        st.session_state.pop(_PAGE, None)
        shown = st.dialog(text.plain(bar.title), width="large")(_photographs)
        shown(home, choice, bar)


def _photographs(home: Home, choice: SplitChoice, bar: Bar) -> None:
    shown = pager(len(bar.indices), _PAGE)
    with problems_shown(), current.catalogue() as catalogue:
        ids = image_ids(home, choice, bar.indices[shown.start : shown.stop])
        found = [photograph for photograph in map(catalogue.get, ids) if photograph]
        picked = photo_grid(tiles(found, current.images()), "split.bar_grid", marked="")
    if picked:
        st.switch_page("../pages/catalogue.py", query_params={"photo": picked})
