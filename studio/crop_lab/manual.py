"""A square drawn by hand, for a photograph that no setting crops well."""

from collections.abc import Callable

import streamlit as st

from engine.crop.box import Box
from engine.crop.manual import ManualSquares
from engine.errors import StudioError
from engine.language.message import gettext
from studio.crop_lab import pictures
from studio.crop_lab.subject import Subject
from studio.current import home
from studio.views.problem import problem
from studio.views.square_editor import square_editor

_WANTED, _OF, _SAID = "lab_hand_wanted", "lab_hand_of", "lab_hand_said"
_X, _Y, _SIDE = "lab_hand_x", "lab_hand_y", "lab_hand_side"


def squares_by_hand() -> dict[str, Box]:
    """All manual squares, by hash of the photograph."""
    return ManualSquares(home()).all()


def open_editor(subject_id: str) -> None:
    """Open the editor for this photograph in the next run."""
    st.session_state[_WANTED] = subject_id


def by_hand(subject: Subject, found: Box, drawn: Box | None) -> None:
    """Draw the editor; it starts with the current square."""
    wanted = st.session_state.pop(_WANTED, None) == subject.id
    # On another page Streamlit drops the values of the sliders, and nothing else.
    forgotten = any(key not in st.session_state for key in (_X, _Y, _SIDE))
    if wanted or forgotten or st.session_state.get(_OF) != subject.id:
        st.session_state[_OF] = subject.id
        st.session_state["lab_hand_open"] = wanted
        _set(drawn or found)
    title = (
        gettext("Square drawn by hand (used in training)")
        if drawn
        else gettext("Draw the square by hand")
    )
    with st.expander(
        title, expanded=bool(st.session_state["lab_hand_open"]), icon=":material/crop_free:"
    ):
        _editor(subject, drawn)


def _editor(subject: Subject, drawn: Box | None) -> None:
    stage, fields = st.columns([3, 2], gap="medium")
    width, height = subject.size
    with stage:
        alt = gettext("Photograph of {name}, to draw a square on", name=subject.name)
        plain = pictures.outlined(subject, None, 0)
        square_editor(plain, subject.size, _square(subject), "lab_square", alt, _set)
    with fields:
        st.caption(
            gettext(
                "Drag on the photograph or move the sliders. Training and evaluation use this "
                "square instead of the computed one."
            )
        )
        side = _slider(gettext("Side"), _SIDE, 1, min(width, height))
        _slider(gettext("Left edge"), _X, 0, width - side)
        _slider(gettext("Top edge"), _Y, 0, height - side)
        with st.container(horizontal=True):
            st.button(
                gettext("Use this square"),
                type="primary",
                key="lab_hand_keep",
                on_click=_keep,
                args=(subject, _square(subject)),
            )
            if drawn is not None:
                st.button(
                    gettext("Remove the square"),
                    key="lab_hand_forget",
                    on_click=_forget,
                    args=(subject,),
                )
        _said()


def _slider(label: str, key: str, low: int, high: int) -> int:
    if high <= low:
        st.session_state[key] = low
        st.caption(gettext("{label}: {low} pixels (fixed)", label=label, low=low))
        return low
    st.session_state[key] = min(max(int(st.session_state[key]), low), high)
    title = gettext("{label} (pixels)", label=label)
    return int(st.slider(title, low, high, step=1, key=key))


def _square(subject: Subject) -> Box:
    width, height = subject.size
    side = min(max(int(st.session_state[_SIDE]), 1), width, height)
    x = min(max(int(st.session_state[_X]), 0), width - side)
    y = min(max(int(st.session_state[_Y]), 0), height - side)
    return Box(x, y, side, side)


def _set(square: Box) -> None:
    for key, value in ((_X, square.x), (_Y, square.y), (_SIDE, square.width)):
        st.session_state[key] = value


def _keep(subject: Subject, square: Box) -> None:
    _with_errors_shown(
        lambda: ManualSquares(home()).keep(subject.sha256, square, subject.size),
        gettext("Saved. Training uses this square."),
    )


def _forget(subject: Subject) -> None:
    _with_errors_shown(
        lambda: ManualSquares(home()).remove(subject.sha256),
        gettext("Removed. Training uses the computed square again."),
    )


def _with_errors_shown(act: Callable[[], None], sentence: str) -> None:
    st.session_state["lab_hand_open"] = True
    try:
        act()
        st.session_state[_SAID] = (True, sentence)
    except StudioError as error:
        st.session_state[_SAID] = (False, str(error))


def _said() -> None:
    # Shown once: the next interaction is about something else.
    done, sentence = st.session_state.pop(_SAID, (False, ""))
    if done:
        st.success(sentence, icon=":material/check_circle:")
    elif sentence:
        problem(sentence)
