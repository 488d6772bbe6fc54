"""The log of a run: searchable, coloured by level, with follow mode."""

import html
import re

import streamlit as st

from engine.jobs.log import log_tail, search_log
from engine.language.message import deferred, gettext
from engine.runs.run import Run
from studio.palette import LIGHT

_LINES = 300
_SHOWN = (deferred("All"), deferred("Warnings"), deferred("Errors"))
_LEVEL = re.compile(r"^\S+ \S+ (DEBUG|INFO|WARNING|ERROR|CRITICAL) ")
# Mixed with the page's text colour, these are readable on light and dark backgrounds.
_MIX = "color-mix(in srgb, {} {}%, {})"
_COLOURS = {
    "DEBUG": _MIX.format("currentColor", 60, "transparent"),
    "WARNING": _MIX.format(LIGHT.ochre, 70, "currentColor"),
    "ERROR": _MIX.format(LIGHT.clay, 75, "currentColor"),
    "CRITICAL": _MIX.format(LIGHT.clay, 75, "currentColor"),
}
_BOX = (
    "height:320px;overflow:auto;display:flex;border-radius:0.5rem;padding:0.5rem 0.75rem;"
    f"border:solid 1px {_MIX.format('currentColor', 20, 'transparent')};"
    f"background:{_MIX.format('currentColor', 4, 'transparent')};"
    "font:0.8125rem/1.5 ui-monospace,monospace"
)
# Short content starts at the top, although the box is laid out from the bottom.
_AT_THE_TOP = "margin-bottom:auto"


def log_view(run: Run) -> None:
    """The log with its display options."""
    with st.expander(gettext("Log"), icon=":material/notes:"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            words = st.text_input(
                gettext("Search"),
                key="runs.log.search",
                icon=":material/search:",
                placeholder=gettext("any text"),
                width=260,
            )
            level = st.segmented_control(
                gettext("Show"), _SHOWN, default="All", format_func=gettext, key="runs.log.level"
            )
            follow = st.toggle(gettext("Follow"), True, key="runs.log.follow")
        whole = bool(words) or level in ("Warnings", "Errors")
        found = search_log(run.folder.log, words) if whole else log_tail(run.folder.log, _LINES)
        lines = of_level(found.splitlines(), level or "All")
        st.html(log_html(lines[-_LINES:], follow))
        if len(lines) > _LINES:
            st.caption(
                gettext("The last {shown} of {lines} lines.", shown=_LINES, lines=len(lines))
            )


def of_level(lines: list[str], level: str) -> list[str]:
    """The lines of a level and above; a line without a level belongs to the line before it."""
    least = {"Warnings": 1, "Errors": 2}.get(level, 0)
    if not least:
        return lines
    kept, current = [], 0
    for line in lines:
        found = _LEVEL.match(line)
        if found:
            current = {"WARNING": 1, "ERROR": 2, "CRITICAL": 2}.get(found[1], 0)
        if current >= least:
            kept.append(line)
    return kept


def log_html(lines: list[str], follow: bool) -> str:
    """The lines as HTML; with `follow` the box stays scrolled to the end while lines are added."""
    # A box that is laid out from its end stays scrolled to the end without a script.
    direction = "column-reverse" if follow else "column"
    text = "".join(map(_line_html, lines)) or f"<div>{html.escape(gettext('No lines.'))}</div>"
    label = html.escape(gettext("Log"))
    style = f"{_BOX};flex-direction:{direction}"
    return (
        f'<div role="log" aria-label="{label}" tabindex="0" style="{style}">'
        f'<div style="white-space:pre-wrap;overflow-wrap:anywhere;{_AT_THE_TOP}">{text}</div></div>'
    )


def _line_html(line: str) -> str:
    found = _LEVEL.match(line)
    colour = _COLOURS.get(found[1], "") if found else ""
    style = f' style="color:{colour}"' if colour else ""
    return f"<div{style}>{html.escape(line) or '&nbsp;'}</div>"
