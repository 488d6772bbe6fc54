"""The first steps offered by an empty studio."""

from collections.abc import Mapping

import streamlit as st

from engine.jobs.job import Job
from engine.language.message import gettext
from studio.current import home
from studio.importing.jobs import draw_demo_garden, is_busy
from studio.views.action import Action
from studio.views.empty import empty_state

_IMPORT = "../pages/importing.py"


def welcome(jobs: Mapping[str, Job]) -> None:
    """Offer the import methods, unless an import is running."""
    if is_busy(jobs):
        return
    actions = [
        Action(gettext("Draw the demo garden"), icon=":material/local_florist:"),
        Action(gettext("Import a folder"), _IMPORT, address={"from": "folder"}),
        Action(gettext("Import a table"), _IMPORT, address={"from": "table"}),
        Action(gettext("Connect to MongoDB"), _IMPORT, address={"from": "mongodb"}),
        Action(gettext("Import from iNaturalist"), _IMPORT, address={"from": "inaturalist"}),
    ]
    pressed = empty_state(
        gettext("Start with some photographs"),
        gettext(
            "The demo garden is drawn in a minute, to try things out. Your own photographs come "
            "from a folder, a table or MongoDB; other people's from iNaturalist."
        ),
        actions,
        key="overview_begin",
    )
    if pressed:
        draw_demo_garden(home())
        st.rerun()
