"""Narrowing the catalogue down: by name, species, source and state, as the address says."""

import streamlit as st

from engine.catalogue.store import Catalogue, Filter
from studio import text
from studio.links import from_address, to_address

_STATES = {"cached": "On this machine", "remote": "Known by address"}


def filters(catalogue: Catalogue, key: str, *, state: str = "") -> Filter:
    """Draw the filters; a `state` that is given is kept to and not offered.

    The parameters of the address are text, species, source and state.
    """
    counts = catalogue.counts()
    images = {item.species: item.images for item in catalogue.species(Filter(state=state))}
    with st.grid(3 if state else 4, min_column_width=170):
        words = _text(f"{key}_text")
        species = _choice("Species", "species", f"{key}_species", images)
        source = _choice("Source", "source", f"{key}_source", counts.by_source)
        if not state:
            state = _choice("State", "state", f"{key}_state", counts.by_state, _STATES)
    return Filter(words.strip(), species, source, state)


def _text(key: str) -> str:
    from_address(key, "text")
    written = st.text_input(
        "Search",
        key=key,
        type="search",
        live="250ms",
        placeholder="Part of a name",
        help="Looks in the names of the species, whatever the case and accents.",
    )
    to_address(key, "text", written)
    return written or ""


def _choice(
    label: str,
    parameter: str,
    key: str,
    images: dict[str, int],
    names: dict[str, str] | None = None,
) -> str:
    from_address(key, parameter, images)

    def written(value: str) -> str:
        return f"{(names or {}).get(value, value) or 'no name'} ({text.number(images[value])})"

    chosen = st.selectbox(
        label, list(images), index=None, format_func=written, placeholder="All", key=key
    )
    to_address(key, parameter, chosen)
    return chosen or ""
