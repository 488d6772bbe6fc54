"""How every page begins."""

import streamlit as st


def heading(title: str, sentence: str) -> None:
    """The page's title and the one sentence that says what is done here."""
    st.title(title, anchor=False)
    st.caption(sentence, width=720)
    st.space("small")
