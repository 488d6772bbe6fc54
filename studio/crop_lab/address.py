"""The lab's settings in its address, so that a link shows the same view again."""

from collections.abc import Callable
from typing import Any

import streamlit as st


def adopt_parameter(key: str, parameter: str, read: Callable[[str], Any]) -> None:
    """To call before the widget of this key: a new value in the address becomes its value.

    Values that `read` refuses by a ValueError are passed over. An address that says nothing
    leaves the widget as it is.
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
    """To call after the widget: the address holds its value where it is not the usual one."""
    if value is None or value == usual:
        st.session_state.pop(_written_key(key), None)
        st.query_params.pop(parameter, None)
        return
    written = f"{value:g}" if isinstance(value, float) else str(value)
    st.session_state[_written_key(key)] = written
    if st.query_params.get(parameter) != written:
        st.query_params[parameter] = written


def number_parameter(low: float, high: float) -> Callable[[str], float]:
    """Reads a number, brought inside the widget's bounds."""
    return lambda text: min(max(float(text), low), high)


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """Reads a whole number, brought inside the widget's bounds."""
    return lambda text: min(max(int(text), low), high)


def one_of(options: list[Any]) -> Callable[[str], Any]:
    """Reads one of the options, by how it is written."""

    def read(text: str) -> Any:
        for option in options:
            if str(option) == text:
                return option
        raise ValueError(text)

    return read


def _written_key(key: str) -> str:
    return f"{key}.address"
