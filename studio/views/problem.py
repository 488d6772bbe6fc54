"""The uniform error display: a sentence that says what is wrong, where, and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from engine.errors import DatabaseDamaged, StudioError
from engine.language.message import gettext
from studio import text


def problem(sentence: str) -> None:
    """Show an error literally: the sentence may quote text from outside."""
    st.error(text.plain(sentence), icon=":material/error:")


@contextmanager
def problems_shown() -> Iterator[None]:
    """Show an expected error of the block as its sentence; the page continues below it."""
    try:
        yield
    except StudioError as error:
        problem(str(error))
        if isinstance(error, DatabaseDamaged):
            label = gettext("Check for damage")
            st.page_link("../pages/health.py", label=label, icon=":material/monitor_heart:")
