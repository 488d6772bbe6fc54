"""A notice if drawn photographs are split together with the user's own."""

import functools

import streamlit as st

from engine.catalogue.garden_import import SOURCE
from engine.home import Home
from engine.language.message import gettext, ngettext
from studio.split.planning import SplitChoice, source_counts
from studio.split.sources import leave_out
from studio.views.action import Action, act


def garden_beside_own(home: Home, choice: SplitChoice) -> None:
    """Show that the demo garden and other sources share a split, and offer to leave it out."""
    counts = source_counts(home, choice)
    chosen = {name: counts[name] for name in choice.sources or counts}
    drawn = chosen.get(SOURCE, 0)
    others = sum(chosen.values()) - drawn
    if not drawn or not others:
        return
    st.info(
        ngettext(
            "This split mixes {n} drawn photograph of the demo garden with {others} others.",
            "This split mixes {n} drawn photographs of the demo garden with {others} others.",
            drawn,
            others=others,
        ),
        icon=":material/local_florist:",
    )
    without = functools.partial(leave_out, SOURCE, counts)
    act(Action(gettext("Leave the garden out"), prepare=without), "split.garden")
