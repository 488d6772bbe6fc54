"""Browse the photographs."""

import streamlit as st

from engine.language.message import gettext
from studio.catalogue.browser import browser
from studio.catalogue.counts import charts, totals
from studio.catalogue.curating import last_change_view
from studio.catalogue.exporting import exported
from studio.catalogue.filters import filters
from studio.catalogue.history import history_view
from studio.catalogue.quality import quality
from studio.current import catalogue
from studio.views.action import Action
from studio.views.empty import empty_state
from studio.views.page import heading
from studio.views.problem import problems_shown

heading(gettext("Catalogue"), gettext("Search, browse and correct all photographs."))
with problems_shown(), catalogue() as opened:
    whole = opened.counts()
    if whole.images or whole.excluded:
        found = filters(opened, "catalogue", exclusions=True)
        totals(found, whole)
        last_change_view()
        exported()
        photographs, counts, faults, changes = st.tabs(
            [gettext("Photographs"), gettext("Counts"), gettext("Quality"), gettext("History")],
            key="catalogue_tab",
            bind="query-params",
        )
        if photographs.open:
            with photographs:
                browser(found)
        if counts.open:
            with counts:
                charts(found)
        if faults.open:
            with faults:
                quality(found)
        if changes.open:
            with changes:
                history_view(opened)
    else:
        empty_state(
            gettext("No photographs yet"),
            gettext("Import your photographs, or draw the demo garden to try things out."),
            [Action(gettext("Import photographs"), "../pages/importing.py")],
            key="catalogue_empty",
        )
