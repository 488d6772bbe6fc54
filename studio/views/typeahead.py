"""A choice among thousands of names: those that fit are listed as one types."""

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
    """Draw a choice that looks like `st.selectbox`, and mounts however many names there are.

    Each name is written with its count of `images`, and found whatever the case and accents. The
    caller keeps what is `chosen`; `on_chosen` hears of another, None where it was cleared, before
    the run that this brings about. The names stay in the order given.
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
                # The browser fills the field in, as one types.
                "more": gettext("{n} more: keep typing"),
            },
        },
        on_picked_change=picked,
    )
