"""Excluding, including and relabelling: of what is picked, or of all that the filters find."""

from collections.abc import Callable

import streamlit as st

from engine.catalogue.changes import Action, Change
from engine.catalogue.curation import Chosen, exclude, include, relabel
from engine.catalogue.store import Catalogue
from studio import text
from studio.catalogue import selection
from studio.catalogue.found import Found
from studio.place import catalogue as open_catalogue
from studio.views.problem import problems_shown

_LAST = "catalogue_last_change"
_DONE: dict[Action, str] = {
    "exclude": "excluded",
    "include": "back in use",
    "relabel": "relabelled",
}
LOOKS: dict[Action, tuple[str, str]] = {
    "exclude": ("Exclude", ":material/block:"),
    "include": ("Use again", ":material/undo:"),
    "relabel": ("Relabel", ":material/label:"),
}
_MEANINGS: dict[Action, str] = {
    "exclude": "They take part in no export, split or download until they are used again.",
    "include": "They take part in everything again.",
    "relabel": "The name that their source wrote is kept beside the new one.",
}


def toolbar(found: Found, shown: list[str]) -> None:
    """Draw what can be done with the picked photographs, or with all that the filters find."""
    picked = selection.selection().ids
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        whole = st.segmented_control(
            "Of which photographs",
            [False, True],
            default=False,
            required=True,
            format_func=lambda all_: (
                f"All {text.number(found.images)} found" if all_ else f"{len(picked):,} picked"
            ),
            label_visibility="collapsed",
            key="catalogue_whole",
        )
        if not whole:
            st.button(
                "Pick this page", on_click=selection.pick, args=(shown,), key="catalogue_pick_page"
            )
            st.button(
                "Pick none", on_click=selection.pick_none, disabled=not picked, key="catalogue_none"
            )
        chosen: Chosen = found.chosen if whole else sorted(picked)
        many = found.images if whole else len(picked)
        for action in _fitting(found.chosen.excluded):
            label, icon = LOOKS[action]
            if st.button(label, icon=icon, disabled=not many, key=f"catalogue_{action}"):
                title = f"{label} {text.count(many, 'photograph')}"
                st.dialog(title, icon=icon)(_ask)(action, chosen)


def _fitting(excluded: bool | None) -> list[Action]:
    """What makes sense where that side of the exclusions is shown; None is both."""
    sides: dict[bool | None, list[Action]] = {False: ["exclude"], True: ["include"]}
    return [*sides.get(excluded, ["exclude", "include"]), "relabel"]


def _ask(action: Action, chosen: Chosen) -> None:
    st.markdown(_MEANINGS[action])
    species = species_box("catalogue_they_show") if action == "relabel" else ""
    note = st.text_input("Why", key="catalogue_note", placeholder="For the history; may be empty")
    ready = action != "relabel" or bool(species)
    if st.button(LOOKS[action][0], type="primary", disabled=not ready, key="catalogue_do"):
        with problems_shown():
            curate(action, chosen, species, note)


def species_box(key: str) -> str:
    """Draw a choice among the known species, with room for a new one."""
    with open_catalogue() as catalogue:
        known = sorted(catalogue.tally("species"))
    named = st.selectbox(
        "Species",
        known,
        index=None,
        key=key,
        placeholder="A species, known or new",
        accept_new_options=True,
    )
    return named or ""


def curate(action: Action, chosen: Chosen, species: str = "", note: str = "") -> None:
    """Do it; the page runs anew and says what was changed.

    Raises:
        BadInput: there is nothing to change, or that is no species.
    """
    with open_catalogue() as catalogue:
        acts: dict[Action, Callable[[], Change]] = {
            "exclude": lambda: exclude(catalogue, chosen, note),
            "include": lambda: include(catalogue, chosen, note),
            "relabel": lambda: relabel(catalogue, chosen, species, note),
        }
        st.session_state[_LAST] = acts[action]()
    selection.pick_none()
    st.rerun()


def last_change(catalogue: Catalogue) -> None:
    """Say what was changed last on this page, with the way back."""
    change: Change | None = st.session_state.get(_LAST)
    if change is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":green[:material/check_circle:] {sentence(change)}", width="content")
        if st.button("Undo", key="catalogue_undo", icon=":material/undo:"):
            with problems_shown():
                undo(catalogue, change.number)


def undo(catalogue: Catalogue, number: int) -> None:
    """Undo a change; the page runs anew."""
    catalogue.undo(number)
    st.session_state.pop(_LAST, None)
    st.rerun()


def sentence(change: Change) -> str:
    """What a change did, as Markdown."""
    to = f" to *{text.plain(change.species)}*" if change.species else ""
    note = f": {text.plain(change.note)}" if change.note else ""
    return f"{text.count(change.images, 'photograph')} {_DONE[change.action]}{to}{note}"
