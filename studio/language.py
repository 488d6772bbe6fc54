"""The language of the page's reader: the chosen one, or else the browser's."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from engine.errors import StudioError
from engine.home import Home
from engine.language.current import ask_for_language, best_language, languages, name_of
from engine.language.message import gettext
from engine.preferences import language_of_home, remember

_KEY = "language"


def follow_reader(home: Home) -> None:
    """Use the language of the session that a page is drawn for; called before every page."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = language_of_home(home) or best_language([st.context.locale or ""])
    ask_for_language(_language_of_session)


def choose_language(home: Home) -> None:
    """Draw the language menu in the sidebar; the choice is stored in the home."""
    st.sidebar.selectbox(
        gettext("Language"),
        languages(),
        format_func=name_of,
        key=_KEY,
        on_change=lambda: _remember(home),
    )


def _language_of_session() -> str:
    # Background work has no reader; its stored messages are translated when they are read.
    return st.session_state.get(_KEY, "") if get_script_run_ctx() else ""


def _remember(home: Home) -> None:
    try:
        remember(home, language=st.session_state[_KEY])
    except StudioError:
        # The choice still applies to this session.
        st.toast(gettext("The home cannot be written to, so the language is not remembered."))
