"""The views of the catalogue; the address names the one that is open."""

import streamlit as st

from engine.catalogue.store import Catalogue
from engine.language.message import deferred, gettext
from studio.address import Parameter, titled
from studio.catalogue.browser import browser
from studio.catalogue.counts import charts
from studio.catalogue.found import FoundPhotographs
from studio.catalogue.history import history_view
from studio.catalogue.quality import quality
from studio.catalogue.species_names import names_view

_TITLES = {
    "photographs": deferred("Photographs"),
    "counts": deferred("Counts"),
    "quality": deferred("Quality"),
    "names": deferred("Names"),
    "history": deferred("History"),
}
# Streamlit knows a tab by its title, which is another one in another language.
_TABS = "catalogue_tabs"


def tabs(catalogue: Catalogue, found: FoundPhotographs) -> None:
    """Draw the tabs, and what is in the open one."""
    parameter = Parameter(
        "catalogue_tab", "catalogue_tab", titled(_TITLES), default=next(iter(_TITLES))
    )
    parameter.read_address()
    titles = {name: gettext(title) for name, title in _TITLES.items()}
    opened = titles[st.session_state[parameter.key]]
    if st.session_state.get(_TABS) != opened:
        st.session_state[_TABS] = opened

    def keep() -> None:
        named = {title: name for name, title in titles.items()}
        st.session_state[parameter.key] = named[st.session_state[_TABS]]

    shown = st.tabs(list(titles.values()), key=_TABS, on_change=keep)
    photographs, counts, faults, names, changes = shown
    parameter.write_address(st.session_state[parameter.key])
    if photographs.open:
        with photographs:
            browser(found)
    if counts.open:
        with counts:
            charts(found)
    if faults.open:
        with faults:
            quality(found)
    if names.open:
        with names:
            names_view(catalogue)
    if changes.open:
        with changes:
            history_view(catalogue)
