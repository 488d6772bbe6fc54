"""Import photographs."""

import streamlit as st

from engine.language.message import gettext
from studio.address import Parameter, one_of
from studio.background import follow
from studio.current import home
from studio.importing.jobs import JOBS, is_busy
from studio.importing.outcome import import_outcome
from studio.importing.ways import ways
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
    parameter = Parameter("from", "import_from", one_of(sections), default="demo")
    parameter.read_address()
    st.segmented_control(
        gettext("From"),
        list(sections),
        format_func=lambda word: sections[word][0],
        required=True,
        key=parameter.key,
    )
    way: str = st.session_state[parameter.key]
    parameter.write_address(way)
    with st.container(border=True, width=760):
        sections[way][1](home(), is_busy(jobs))
