"""The most doubtful crops of the sample, each with the reasons."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from engine.language.message import deferred, gettext
from studio import text
from studio.crop_lab import pictures
from studio.crop_lab.chooser import pick_photograph
from studio.crop_lab.manual import open_editor
from studio.crop_lab.subject import Subject
from studio.crop_lab.wall import Cropped
from studio.current import catalogue
from studio.views.photo import photo_html

_SHOWN = (5, 10, 20)
_WIDTH = 342
_EXCLUDED = "lab_excluded"


def triage(cropped: Sequence[Cropped]) -> None:
    """Draw the most doubtful crops, worst first; photographs with a manual square are left out."""
    _undo()
    doubtful = [item for item in cropped if item.judged.concerns and item.drawn is None]
    doubtful.sort(key=lambda item: -item.judged.severity)
    if not doubtful:
        st.success(gettext("No doubtful crops in this sample."), icon=":material/check_circle:")
        return
    most = int(
        st.segmented_control(
            gettext("Number shown"), _SHOWN, default=_SHOWN[0], required=True, key="lab_worst"
        )
        or _SHOWN[0]
    )
    st.caption(
        gettext(
            "Doubtful crops: {doubtful} of {sample}, worst first.",
            doubtful=len(doubtful),
            sample=len(cropped),
        )
    )
    for item in doubtful[:most]:
        _row(item)


def _row(item: Cropped) -> None:
    subject = item.subject
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", gap="medium", key=_key(item)
    ):
        with st.container(width=_WIDTH):
            encoded = pictures.pair(subject, item.square, item.crop.subject)
            alt = gettext("{name}, before and after the crop", name=subject.name)
            st.html(photo_html(encoded, (342, 168), alt, shown_width=_WIDTH))
        with st.container(width="stretch", gap="xsmall"):
            st.markdown(f"**{text.plain(subject.name)}**")
            for reason in item.judged.concerns:
                st.markdown(f":orange[:material/flag:] {text.plain(str(reason))}")
            with st.container(horizontal=True):
                if st.button(
                    gettext("Open"), key=f"{_key(item)}_open", icon=":material/open_in_full:"
                ):
                    pick_photograph(subject.id)
                if st.button(
                    gettext("Draw the square"),
                    key=f"{_key(item)}_hand",
                    icon=":material/crop_free:",
                ):
                    open_editor(subject.id)
                    pick_photograph(subject.id)
                # An uploaded photograph is not in a catalogue, so it cannot be excluded.
                if isinstance(subject.source, Path) and st.button(
                    gettext("Exclude"), key=f"{_key(item)}_exclude", icon=":material/block:"
                ):
                    _set_excluded(subject, True)


def _set_excluded(subject: Subject, excluded: bool) -> None:
    """Exclude a photograph, or include it again; the sample is redrawn."""
    with catalogue() as opened:
        opened.curate([subject.id], "exclude" if excluded else "include", deferred("Crop lab"))
    st.session_state[_EXCLUDED] = subject if excluded else None
    st.rerun()


def _undo() -> None:
    subject: Subject | None = st.session_state.get(_EXCLUDED)
    if subject is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            gettext(
                "A photograph of {name} is excluded from splits and training.",
                name=text.plain(subject.name),
            )
        )
        if st.button(gettext("Undo"), key="lab_take_back", icon=":material/undo:"):
            _set_excluded(subject, False)


def _key(item: Cropped) -> str:
    return f"lab_worst_{item.subject.id}"
