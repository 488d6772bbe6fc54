"""The heading of every page."""

import streamlit as st


def heading(title: str, sentence: str) -> None:
    """The title of the page and one sentence that says what it is for."""
    st.title(title, anchor=False)
    st.caption(sentence, width=720)
    st.space("small")
