"""A page that Streamlit's script left empty is loaded again, at the same address.

An update for a part of the page that is gone ("Bad delta path") is an exception that Streamlit's
script does not catch. React then removes the whole page. It happens rarely, when a part that
updates itself is replaced while its update is on its way.
"""

from pathlib import Path

import streamlit as st

_mount = st.components.v2.component(
    "plant_studio_recovery", js=(Path(__file__).parent / "recovery.js").read_text("utf-8")
)


def recover_empty_pages() -> None:
    """Watch for errors of the page's scripts from now on."""
    _mount(key="recovery")
