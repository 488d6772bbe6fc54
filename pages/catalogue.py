"""Look through the photographs."""

import streamlit as st

from studio.catalogue.browser import browser
from studio.catalogue.counts import charts, totals
from studio.catalogue.filters import filters
from studio.place import catalogue
from studio.views.action import Action
from studio.views.empty import empty
from studio.views.page import heading
from studio.views.problem import problems_shown

heading("Catalogue", "Every photograph that the studio knows of.")
with problems_shown(), catalogue() as opened:
    if totals(opened):
        chosen = filters(opened, "catalogue")
        photographs, counts = st.tabs(
            ["Photographs", "Counts"], key="catalogue_tab", on_change="rerun"
        )
        if photographs.open:
            with photographs:
                browser(opened, chosen)
        if counts.open:
            with counts:
                charts(opened, chosen)
    else:
        empty(
            "No photographs yet",
            "Plant the demo garden, or bring in photographs of your own.",
            [Action("Import photographs", "../pages/importing.py")],
            key="catalogue_empty",
        )
