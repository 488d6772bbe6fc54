"""Browse the photographs."""

import streamlit as st

from engine.language.message import gettext
from studio.catalogue.counts import totals
from studio.catalogue.curating import last_change_view
from studio.catalogue.exporting import exported
from studio.catalogue.filters import filters
from studio.catalogue.own_fields import choose_own_filters
from studio.catalogue.tabs import tabs
from studio.current import catalogue
from studio.views.action import Action
from studio.views.empty import empty_state
from studio.views.page import heading
from studio.views.problem import problems_shown

heading(gettext("Catalogue"), gettext("Search, browse and correct all photographs."))
with problems_shown(), catalogue() as opened:
    whole = opened.counts()
    if whole.images or whole.excluded:
        above = st.container()
        own = choose_own_filters(opened)
        with above:
            found = filters(opened, "catalogue", own=own, exclusions=True)
        totals(found, whole)
        last_change_view()
        exported()
        tabs(opened, found)
    else:
        empty_state(
            gettext("No photographs yet"),
            gettext("Import your photographs, or draw the demo garden to try things out."),
            [Action(gettext("Import photographs"), "../pages/importing.py")],
            key="catalogue_empty",
        )
