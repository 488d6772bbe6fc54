"""The one thing to do next, as a button."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import streamlit as st

from studio import text


@dataclass(frozen=True)
class Action:
    """What the button says; the page it opens, or none where the caller acts on the press.

    `address` is what follows the question mark in that page's address, `prepare` is called
    before the run that a press brings about.
    """

    label: str
    page: str | None = None
    icon: str | None = None
    disabled: bool = False
    address: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] | None = None


def act(action: Action, key: str, *, primary: bool = False) -> bool:
    """Draw the button; opens the action's page when pressed, else returns True."""
    pressed = st.button(
        text.plain(action.label),
        key=key,
        icon=action.icon,
        type="primary" if primary else "secondary",
        disabled=action.disabled,
        on_click=action.prepare,
        wrap=False,
    )
    if pressed and action.page:
        st.switch_page(action.page, query_params=dict(action.address))
    return pressed
