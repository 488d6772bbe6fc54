"""Divide the photographs into train, validation and test."""

from dataclasses import replace

import streamlit as st

from engine.language.message import gettext
from studio import current
from studio.split import comparing, listing, options, preview
from studio.split.conditions import choose_conditions
from studio.split.findings import findings_of
from studio.split.garden import garden_beside_own
from studio.split.made import splits_made
from studio.split.photographs import show_chosen
from studio.split.planning import SplitChoice, images_of, planned, source_counts, species_counts
from studio.split.sources import choose_sources
from studio.split.spread import nothing_to_split, spread
from studio.views.findings import show_findings
from studio.views.page import heading
from studio.views.problem import problems_shown

heading(gettext("Split"), gettext("Divide the photographs into train, validation and test."))
with problems_shown():
    home = current.home()
    here, known = (
        images_of(species_counts(home, SplitChoice(which))) for which in ("cached", "all")
    )
    if not known.size:
        nothing_to_split()
    else:
        photographs = options.photographs_option(int(here.sum()), int(known.sum()))
        every = SplitChoice(photographs, where=choose_conditions(photographs))
        choice = replace(every, sources=choose_sources(source_counts(home, every)))
        spread(home, choice, species_counts(home, choice))
        st.subheader(gettext("New split"), anchor=False)
        garden_beside_own(home, choice)
        show_chosen(home, choice)
        with problems_shown():
            asked = options.choose_settings(home, choice)
            new = planned(home, asked.settings)
            preview.preview(new)
            listing.make_split_job(home, asked)
            show_findings(findings_of(new.plan, new.faults), folded=True)
    splits = splits_made(home)
    if splits:
        listing.show_made(home, splits)
        comparing.compare_splits_view(home, splits)
