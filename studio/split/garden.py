"""A word where drawn photographs are dealt together with the reader's own."""

import streamlit as st

from engine.catalogue.garden_import import SOURCE
from engine.home import Home
from studio import text
from studio.split.planning import Photographs, source_counts
from studio.views.action import Action, act


def garden_beside_own(home: Home, photographs: Photographs) -> None:
    """Say that the demo garden and others are dealt into one split, and how to leave it out."""
    counts = source_counts(home, photographs)
    drawn = counts.get(SOURCE, 0)
    others = sum(counts.values()) - drawn
    if not drawn or not others:
        return
    st.info(
        f"The demo garden is part of it: {text.count(drawn, 'drawn photograph')} beside "
        f"{text.number(others)} from elsewhere. To leave it out, show it in the catalogue, turn "
        f"on *Pick*, choose *All {text.number(drawn)} found*, then *Exclude*. That can be undone.",
        icon=":material/local_florist:",
    )
    act(
        Action("Show the garden", "../pages/catalogue.py", address={"source": SOURCE}),
        "split.garden",
    )
