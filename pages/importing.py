"""Import photographs."""

import streamlit as st

from engine.language.message import gettext
from studio.background import follow
from studio.current import home
from studio.importing.jobs import JOBS, is_busy
from studio.importing.outcome import import_outcome
from studio.importing.ways import ways
from studio.links import from_address, to_address
from studio.views.page import heading
from studio.views.problem import problems_shown

heading(
    gettext("Import"),
    gettext("Add photographs to the catalogue. Duplicates are kept once."),
)
with problems_shown():
    jobs = follow({name: gettext(title) for name, title in JOBS.items()})
    import_outcome(jobs)
    sections = ways()
    from_address("import_from", "from", sections)
    st.session_state.setdefault("import_from", "demo")
    way = st.segmented_control(
        gettext("From"),
        list(sections),
        format_func=lambda word: sections[word][0],
        required=True,
        key="import_from",
    )
    to_address("import_from", "from", way)
    with st.container(border=True, width=760):
        sections[way][1](home(), is_busy(jobs))
