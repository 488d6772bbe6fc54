"""Whether a crop helps, in a coloured sentence."""

import streamlit as st

from engine.crop.verdict import Verdict
from studio import text

_LOOKS = {
    "helps": (":material/thumb_up:", st.success),
    "harms": (":material/thumb_down:", st.error),
    "unclear": (":material/drag_handle:", st.info),
}


def verdict_line(verdict: Verdict) -> None:
    """Show the measurement of one preset."""
    icon, show = _LOOKS[verdict.answer]
    show(text.plain(verdict.sentence), icon=icon)
