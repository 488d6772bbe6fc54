"""Deal the photographs to train, val and test."""

import streamlit as st

from studio import place
from studio.split import sections
from studio.split.preview import images_by_species
from studio.views.page import heading
from studio.views.problem import problems_shown

heading("Split", "Deal the photographs to train, val and test, and see what that means first.")
with problems_shown():
    home = place.home()
    images = images_by_species(home)
    if not images:
        sections.nothing_to_split()
    else:
        sections.spread(images)
        st.subheader("A new split", anchor=False)
        with problems_shown():
            settings = sections.choose_settings(home)
            sections.preview(images, settings)
            sections.make(home, settings)
            sections.checks(home, settings, sum(images))
    sections.show_made(home)
