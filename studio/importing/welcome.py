"""What an empty studio offers."""

from collections.abc import Mapping

import streamlit as st

from engine.jobs.job import Job
from studio.current import home
from studio.importing.jobs import is_busy, plant
from studio.views.action import Action
from studio.views.empty import empty_state

_IMPORT = "../pages/importing.py"
_ACTIONS = (
    Action("Plant the demo garden", icon=":material/local_florist:"),
    Action("Import a folder", _IMPORT, address={"from": "folder"}),
    Action("Import a table", _IMPORT, address={"from": "table"}),
    Action("Connect MongoDB", _IMPORT, address={"from": "mongodb"}),
    Action("Import from iNaturalist", _IMPORT, address={"from": "inaturalist"}),
)


def welcome(jobs: Mapping[str, Job]) -> None:
    """Offer the ways to begin, unless one of them is under way."""
    if is_busy(jobs):
        return
    pressed = empty_state(
        "Begin with some photographs",
        "A garden drawn for trying things out takes a minute; your own photographs come from "
        "a folder, a table or a MongoDB database, those of others from iNaturalist.",
        _ACTIONS,
        key="overview_begin",
    )
    if pressed:
        plant(home())
        st.rerun()
