"""A word where drawn photographs are dealt together with the reader's own."""

import functools

import streamlit as st

from engine.catalogue.garden_import import SOURCE
from engine.home import Home
from studio import text
from studio.split.planning import SplitChoice, source_counts
from studio.split.sources import leave_out
from studio.views.action import Action, act


def garden_beside_own(home: Home, choice: SplitChoice) -> None:
    """Say that the demo garden and others are dealt into one split, and offer to leave it out."""
    counts = source_counts(home, choice.photographs)
    dealt = {name: counts[name] for name in choice.sources or counts}
    drawn = dealt.get(SOURCE, 0)
    others = sum(dealt.values()) - drawn
    if not drawn or not others:
        return
    st.info(
        f"The demo garden is part of it: {text.count(drawn, 'drawn photograph')} beside "
        f"{text.number(others)} from elsewhere.",
        icon=":material/local_florist:",
    )
    without = functools.partial(leave_out, SOURCE, counts)
    act(Action("Leave the garden out", prepare=without), "split.garden")
