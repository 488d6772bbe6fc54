"""Choose photographs to split by the filters of the catalogue."""

import dataclasses

import streamlit as st

from engine.catalogue.conditions import conditions_of
from engine.language.message import gettext
from engine.preferences import own_filters
from engine.split.about import where_text
from studio import current, text
from studio.catalogue.filters import filters
from studio.split.planning import State

_FIELDS = ("species", "genus", "family", "license", "tier", "flag")


def choose_conditions(photographs: State) -> tuple[str, ...]:
    """Draw the filters; return the conditions that the photographs must meet."""
    state = "cached" if photographs == "cached" else ""
    chosen = st.empty()
    with (
        st.expander(gettext("Filters"), icon=":material/filter_list:"),
        current.catalogue() as catalogue,
    ):
        own = own_filters(current.home())
        found = filters(catalogue, "split.where", fields=_FIELDS, own=own, state=state)
    where = tuple(conditions_of(dataclasses.replace(found.chosen, state="")))
    if where:
        chosen.caption(text.plain(where_text(where)))
    return where
