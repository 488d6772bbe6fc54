"""Exclude, include and relabel the selected photographs, or all that match the filters."""

from collections.abc import Callable

import streamlit as st

from engine.catalogue.changes import Action, Change
from engine.catalogue.curation import Chosen, exclude, include, relabel
from engine.catalogue.store import Catalogue
from engine.errors import StudioError
from engine.language.message import deferred, gettext, ngettext
from studio import text
from studio.catalogue import selection
from studio.catalogue.found import FoundPhotographs
from studio.current import catalogue as open_catalogue
from studio.palette import DARK, LIGHT
from studio.views.problem import problem

_LAST, _PROBLEM = "catalogue_last_change", "catalogue_change_problem"
_OF, _NEWS = "catalogue_changed", "catalogue_news"
_SPECIES, _NOTE = "catalogue_they_show", "catalogue_note"
_BAR = "catalogue_bar"
_GROUND = f"light-dark({LIGHT.background}, {DARK.background})"
# The selected tiles may be far below, so the bar is sticky at the top of the window. The shadow
# hides what would show through above it, behind Streamlit's own bar.
_IN_SIGHT = f"""<style>
div:has(> .st-key-{_BAR}) {{
  position: sticky;
  top: 3.25rem;
  z-index: 5;
  background: {_GROUND};
  box-shadow: 0 -3.25rem {_GROUND};
}}
</style>"""
LOOKS: dict[Action, tuple[str, str]] = {
    "exclude": (deferred("Exclude"), ":material/block:"),
    "include": (deferred("Include again"), ":material/undo:"),
    "relabel": (deferred("Relabel"), ":material/label:"),
}
_MEANINGS: dict[Action, str] = {
    "exclude": deferred(
        "Exports, splits and downloads leave them out until you include them again."
    ),
    "include": deferred("Exports, splits and downloads use them again."),
    "relabel": deferred("The original name is kept as well."),
}


def toolbar(found: FoundPhotographs, shown: list[str]) -> None:
    """Draw the actions for the selected photographs, or for all that match the filters."""
    picked = selection.selection().ids
    st.html(_IN_SIGHT)
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", gap="small", key=_BAR
    ):
        whole = st.segmented_control(
            gettext("Apply to"),
            [False, True],
            default=False,
            required=True,
            format_func=lambda all_: (
                ngettext("All {n} found", "All {n} found", found.images)
                if all_
                else ngettext("{n} selected", "{n} selected", len(picked))
            ),
            label_visibility="collapsed",
            key="catalogue_whole",
        )
        if not whole:
            st.button(
                gettext("Select this page"),
                on_click=selection.pick_ids,
                args=(shown,),
                key="catalogue_pick_page",
            )
            st.button(
                gettext("Clear selection"),
                on_click=selection.pick_none,
                disabled=not picked,
                key="catalogue_none",
            )
        chosen: Chosen = found.chosen if whole else sorted(picked)
        many = found.images if whole else len(picked)
        for action in _fitting(found.chosen.excluded):
            label, icon = LOOKS[action]
            if st.button(gettext(label), icon=icon, disabled=not many, key=f"catalogue_{action}"):
                st.dialog(_title(action, many), icon=icon)(_ask)(action, chosen)


def _fitting(excluded: bool | None) -> list[Action]:
    """The actions that apply to this choice of exclusions; None means both."""
    sides: dict[bool | None, list[Action]] = {False: ["exclude"], True: ["include"]}
    return [*sides.get(excluded, ["exclude", "include"]), "relabel"]


def _title(action: Action, many: int) -> str:
    if action == "exclude":
        return ngettext("Exclude {n} photograph", "Exclude {n} photographs", many)
    if action == "include":
        return ngettext("Include {n} photograph again", "Include {n} photographs again", many)
    return ngettext("Relabel {n} photograph", "Relabel {n} photographs", many)


def _ask(action: Action, chosen: Chosen) -> None:
    st.markdown(gettext(_MEANINGS[action]))
    ready = action != "relabel" or bool(species_box(_SPECIES))
    st.text_input(gettext("Reason"), key=_NOTE, placeholder=gettext("Optional, for the history"))
    if st.button(
        gettext(LOOKS[action][0]),
        type="primary",
        disabled=not ready,
        key="catalogue_do",
        on_click=curate,
        args=(action, chosen, _SPECIES),
    ):
        st.rerun()


def species_box(key: str) -> str:
    """Draw a choice of the known species that also accepts a new one."""
    with open_catalogue() as catalogue:
        known = sorted(catalogue.count_by("species"))
    named = st.selectbox(
        gettext("Species"),
        known,
        index=None,
        key=key,
        placeholder=gettext("Choose or type a species"),
        accept_new_options=True,
    )
    return named or ""


def curate(action: Action, chosen: Chosen, species_key: str = _SPECIES) -> None:
    """Apply the action. Used as a button's on_click callback, which no other click interrupts.

    The note and the new species are the current values of their input fields.
    """
    note = str(st.session_state.get(_NOTE) or "").strip()
    species = str(st.session_state.get(species_key) or "")

    def act(catalogue: Catalogue) -> Change:
        if action == "relabel":
            return relabel(catalogue, chosen, species, note)
        return (exclude if action == "exclude" else include)(catalogue, chosen, note)

    apply_change(act, chosen)
    selection.pick_none()


def apply_change(act: Callable[[Catalogue], Change], chosen: Chosen = ()) -> None:
    """Make a change to these photographs and show it; used in a button's on_click callback."""
    st.session_state[_LAST] = _apply(act)
    st.session_state[_OF] = chosen


def change_catalogue(act: Callable[[Catalogue], Change | None]) -> None:
    """Make a change of no selection; used within a button's on_click callback."""
    st.session_state[_LAST] = _apply(act)
    st.session_state[_OF] = None


def undo_change(number: int) -> None:
    """Undo a change; used as a button's on_click callback."""
    _apply(lambda catalogue: catalogue.undo(number))
    st.session_state[_LAST] = None


def _apply(act: Callable[[Catalogue], Change | None]) -> Change | None:
    st.session_state[_PROBLEM] = ""
    st.session_state[_NEWS] = True
    try:
        with open_catalogue() as catalogue:
            return act(catalogue)
    except StudioError as error:
        st.session_state[_PROBLEM] = str(error)
        return None


def has_news() -> bool:
    """Whether a change or an undo has happened since the last call."""
    return bool(st.session_state.pop(_NEWS, False))


def last_change_view(image_id: str = "") -> None:
    """Show the last change made on this page, with an undo button, or why it failed.

    For a given photograph, only changes of that photograph alone are shown.
    """
    if image_id and st.session_state.get(_OF) != [image_id]:
        return
    if st.session_state.get(_PROBLEM):
        problem(st.session_state[_PROBLEM])
    change: Change | None = st.session_state.get(_LAST)
    if change is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":green[:material/check_circle:] {change_text(change)}", width="content")
        st.button(
            gettext("Undo"),
            key="catalogue_undo_here" if image_id else "catalogue_undo",
            icon=":material/undo:",
            on_click=undo_change,
            args=(change.number,),
        )


def change_text(change: Change) -> str:
    """Describe the effect of a change, as Markdown."""
    what = _what_changed(change)
    if change.action == "join" and change.note:
        backup = gettext("Backup before it: {name}", name=text.plain(change.note))
        return f"{what} · {backup}"
    return f"{what} · {text.plain(change.note)}" if change.note else what


def _what_changed(change: Change) -> str:
    if change.action == "exclude":
        return ngettext("{n} photograph excluded", "{n} photographs excluded", change.images)
    if change.action == "include":
        return ngettext(
            "{n} photograph included again", "{n} photographs included again", change.images
        )
    if change.action == "compute":
        return ngettext(
            "Field {name} computed for {n} photograph",
            "Field {name} computed for {n} photographs",
            change.images,
            name=text.plain(change.species),
        )
    if change.action == "join":
        return ngettext(
            "{n} record joined to the photograph that it lists again",
            "{n} records joined to the photographs that they list again",
            change.images,
        )
    return ngettext(
        "{n} photograph relabelled as *{species}*",
        "{n} photographs relabelled as *{species}*",
        change.images,
        species=text.plain(change.species),
    )
