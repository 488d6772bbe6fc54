"""Choose the sources whose photographs are split."""

from collections.abc import Mapping

import streamlit as st

from engine.language.message import gettext
from engine.settings.split import SplitSettings

_KEY = "split.sources"


def choose_sources(counts: Mapping[str, int]) -> tuple[str, ...]:
    """Choose sources if there are several; an empty choice means all sources.

    `counts` is the number of photographs of each source.
    """
    if len(counts) < 2:
        return ()
    # A chosen source may have been removed, or have no local photographs any more.
    st.session_state[_KEY] = [name for name in st.session_state.get(_KEY, ()) if name in counts]
    return tuple(
        st.multiselect(
            gettext("Sources"),
            list(counts),
            format_func=lambda name: gettext(
                "{source} ({photographs})",
                source=name or gettext("No source"),
                photographs=counts[name],
            ),
            key=_KEY,
            placeholder=gettext("All sources"),
            help=gettext(SplitSettings.model_fields["sources"].description or ""),
        )
    )


def leave_out(source: str, counts: Mapping[str, int]) -> None:
    """Choose all sources except this one, from the next run of the page on."""
    chosen = st.session_state.get(_KEY) or counts
    st.session_state[_KEY] = [name for name in chosen if name != source]
