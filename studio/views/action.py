"""The next action, as a button."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import streamlit as st

from studio import text


@dataclass(frozen=True)
class Action:
    """The label of the button, and the page it opens; no page if the caller handles the press.

    `address` is the query string of that page's address. `prepare` is called before the run that a
    press triggers.
    """

    label: str
    page: str | None = None
    icon: str | None = None
    disabled: bool = False
    address: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] | None = None


def act(action: Action, key: str, *, primary: bool = False) -> bool:
    """Draw the button. A press opens the action's page, or else the function returns True."""
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
