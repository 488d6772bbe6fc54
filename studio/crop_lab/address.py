"""The settings of the lab in its address, so that a link shows the same view again."""

from collections.abc import Callable
from typing import Any

import streamlit as st


def adopt_parameter(key: str, parameter: str, read: Callable[[str], Any]) -> None:
    """Called before the widget of this key: a new value in the address becomes its value.

    Values for which `read` raises a ValueError are ignored. An address without the parameter leaves
    the widget unchanged.
    """
    given = st.query_params.get(parameter, "")
    if not given or st.session_state.get(_written_key(key)) == given:
        return
    st.session_state[_written_key(key)] = given
    try:
        st.session_state[key] = read(given)
    except ValueError:
        st.session_state.pop(_written_key(key))


def write_parameter(key: str, parameter: str, value: Any, usual: Any = None) -> None:
    """Called after the widget: write its value to the address unless it is the default."""
    if value is None or value == usual:
        st.session_state.pop(_written_key(key), None)
        st.query_params.pop(parameter, None)
        return
    written = f"{value:g}" if isinstance(value, float) else str(value)
    st.session_state[_written_key(key)] = written
    if st.query_params.get(parameter) != written:
        st.query_params[parameter] = written


def number_parameter(low: float, high: float) -> Callable[[str], float]:
    """A reader for a number, clipped to the bounds of the widget."""
    return lambda text: min(max(float(text), low), high)


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A reader for a whole number, clipped to the bounds of the widget."""
    return lambda text: min(max(int(text), low), high)


def one_of(options: list[Any]) -> Callable[[str], Any]:
    """A reader for one of the options, by its text."""

    def read(text: str) -> Any:
        for option in options:
            if str(option) == text:
                return option
        raise ValueError(text)

    return read


def _written_key(key: str) -> str:
    return f"{key}.address"
