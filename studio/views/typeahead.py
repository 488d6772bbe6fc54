"""A choice among thousands of names, with suggestions while typing."""

from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st

from engine.language.current import current_language
from engine.language.message import gettext

_HERE = Path(__file__).parent

_mount = st.components.v2.component(
    "plant_studio_typeahead",
    html=(_HERE / "typeahead.html").read_text("utf-8"),
    css=(_HERE / "typeahead.css").read_text("utf-8"),
    js=(_HERE / "typeahead.js").read_text("utf-8"),
)


def typeahead(
    label: str,
    key: str,
    images: Mapping[str, int],
    chosen: str | None,
    on_chosen: Callable[[str | None], None],
) -> None:
    """Draw a choice that looks like `st.selectbox` and loads fast with any number of names.

    Each name is shown with its number of `images`; the search ignores case and accents. The caller
    keeps what is `chosen`. `on_chosen` receives a new choice, or None when it is cleared, before
    the run that this triggers. The names keep the given order.
    """

    def picked() -> None:
        change = dict(st.session_state[key]).get("picked")
        if change is not None:
            on_chosen(change["name"])

    _mount(
        key=key,
        data={
            "label": label,
            "names": [*images],
            "counts": [*images.values()],
            "chosen": chosen,
            "language": current_language().replace("_", "-"),
            "words": {
                "all": gettext("All"),
                "clear": gettext("Clear the choice"),
                "none": gettext("No results"),
                # The browser replaces {n} while the user types.
                "more": gettext("{n} more: keep typing"),
            },
        },
        on_picked_change=picked,
    )
