"""What the sections of the Import page share."""

from collections.abc import Callable, Iterable

import streamlit as st

from engine.language.message import Message, gettext
from studio import text
from studio.views.problem import problems_shown


def start_button(
    label: str, key: str, busy: bool, begin: Callable[[], object], ready: bool = True
) -> None:
    """The button that starts an import; only one runs at a time."""
    pressed = st.button(
        label,
        key=key,
        type="primary",
        disabled=busy or not ready,
        help=gettext("Another import is running.") if busy else None,
    )
    if pressed:
        with problems_shown():
            begin()
            st.rerun()


def show_warnings(warnings: Iterable[Message]) -> None:
    """Show what looks wrong in a guess."""
    for warning in warnings:
        st.warning(text.plain(str(warning)), icon=":material/help:")


def source_input(default: str, key: str) -> str:
    """The name of the source, with what it is where nothing is typed."""
    return st.text_input(
        gettext("Source"),
        placeholder=default,
        help=gettext("The name of the source in the catalogue."),
        key=key,
    )
