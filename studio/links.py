"""Widgets that are synchronised with a page's address."""

from collections.abc import Collection

import streamlit as st


def from_address(key: str, parameter: str, allowed: Collection[str] | None = None) -> None:
    """Called before the widget of this key: an address that has changed sets its value.

    A value that is not `allowed` is ignored.
    """
    given = st.query_params.get(parameter, "")
    if st.session_state.get(_seen(key)) == given:
        return
    st.session_state[_seen(key)] = given
    if not given:
        st.session_state.pop(key, None)
    elif allowed is None or given in allowed:
        st.session_state[key] = given


def to_address(key: str, parameter: str, value: str | None) -> None:
    """Called after the widget: write its value to the address, or remove an empty one."""
    st.session_state[_seen(key)] = value or ""
    if value:
        st.query_params[parameter] = value
    else:
        st.query_params.pop(parameter, None)


def _seen(key: str) -> str:
    return f"{key}.address"
