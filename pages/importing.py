"""Bring photographs in."""

import streamlit as st

from studio.background import follow
from studio.current import home
from studio.importing.jobs import JOBS, is_busy
from studio.importing.outcome import import_outcome
from studio.importing.ways import ways
from studio.links import from_address, to_address
from studio.views.page import heading
from studio.views.problem import problems_shown

heading("Import", "Bring photographs into the catalogue. The same photograph twice is kept once.")
with problems_shown():
    jobs = follow(JOBS)
    import_outcome(jobs)
    sections = ways()
    from_address("import_from", "from", sections)
    st.session_state.setdefault("import_from", "demo")
    way = st.segmented_control(
        "From",
        list(sections),
        format_func=lambda word: sections[word][0],
        required=True,
        key="import_from",
    )
    to_address("import_from", "from", way)
    with st.container(border=True, width=760):
        sections[way][1](home(), is_busy(jobs))
