"""The list of runs to choose from: favourites first, then newest first."""

import time
from collections.abc import Sequence

import streamlit as st

from engine.language.message import gettext, ngettext
from engine.runs.notes import Notes, matches_search, read_notes
from engine.runs.run import Run
from studio import text
from studio.address import OPENING, Parameter, one_of
from studio.views.chip import chip_text

_SHOWN_AT_ONCE = 4
_MOST = 40


def choose_run(runs: Sequence[Run]) -> Run:
    """Draw the list; the address holds the chosen run, so that it can be bookmarked."""
    by_id = {run.run_id: run for run in runs}
    asked = st.query_params.get("run")
    if asked is not None and asked not in by_id:
        gone = gettext("The run {run} no longer exists.", run=text.plain(asked))
        st.warning(gone, icon=":material/search_off:")
    parameter = Parameter("run", "runs.chosen", one_of(by_id), default=OPENING)
    parameter.read_address()
    tall = len(runs) > _SHOWN_AT_ONCE
    words = _search() if tall else ""
    shown, notes = sort_runs(runs, words)
    chosen = st.session_state.get("runs.chosen")
    kept = shown[:_MOST]
    if chosen in by_id and chosen not in [run.run_id for run in kept]:
        kept.insert(0, by_id[chosen])
    if not kept:
        st.caption(gettext("No run matches the search."))
        return runs[0]
    if chosen not in by_id:
        # Set explicitly, because the browser would keep a run that no longer exists.
        st.session_state["runs.chosen"] = kept[0].run_id
    with st.container(border=True, height=276 if tall else "content"):
        chosen = st.radio(
            ngettext("{n} run", "{n} runs", len(runs)),
            [run.run_id for run in kept],
            format_func=text.plain,
            captions=[run_caption(run, notes.get(run.run_id, Notes())) for run in kept],
            key="runs.chosen",
        )
        if len(shown) > _MOST:
            more = len(shown) - _MOST
            st.caption(
                ngettext(
                    "{n} older run is not shown. Search to find it.",
                    "{n} older runs are not shown. Search to find them.",
                    more,
                )
            )
    parameter.write_address(chosen)
    return by_id.get(str(chosen), kept[0])


def sort_runs(runs: Sequence[Run], words: str) -> tuple[list[Run], dict[str, Notes]]:
    """The runs that match the search words, favourites first, with their notes."""
    notes = {run.run_id: read_notes(run.folder) for run in runs}
    found = [run for run in runs if matches_search(run, notes[run.run_id], words)]
    return sorted(found, key=lambda run: not notes[run.run_id].favourite), notes


def run_caption(run: Run, notes: Notes) -> str:
    """State, progress, result and start time of a run, in one line."""
    status = run.status
    # The list is redrawn only now and then, so it would lag behind an active run.
    ended = not run.is_live
    parts = [
        gettext("epoch {epoch} of {epochs}", epoch=f"{status.epoch:.3g}", epochs=status.epochs)
        if ended and status.epochs
        else "",
        gettext("macro top-1 {share:.1%}", share=status.best["value"])
        if ended and status.best
        else "",
        gettext("started {moment}", moment=text.ago(status.started, time.time()))
        if status.started
        else "",
        *map(text.plain, notes.tags),
    ]
    star = ":material/star: " if notes.favourite else ""
    return f"{star}{chip_text(run.state)} {' · '.join(part for part in parts if part)}"


def _search() -> str:
    return st.text_input(
        gettext("Search runs"),
        key="runs.search",
        icon=":material/search:",
        placeholder=gettext("name, state, tag or note"),
        bind="query-params",
    )
