"""Saving what was tuned as a preset."""

import streamlit as st

from engine.crop.presets import BUILT_IN, preset_names, save_preset
from engine.errors import StudioError
from engine.home import Home
from engine.settings.crop import CropPreset
from engine.settings.files import validate
from studio import text
from studio.views.problem import problem

_SAID, _NAME, _BOX = "lab_said", "lab_name", "lab_saving"


def saving(home: Home, preset: CropPreset, *, changed: bool) -> None:
    """Say whether the settings differ from their preset's, and offer to save them."""
    chosen = preset.name
    if changed:
        st.caption(f"Changed from {text.plain(chosen)}. Saved under a name, training can use it.")
    # Only one whose opening is told of can be closed from here.
    with st.popover(
        "Save as a preset",
        icon=":material/bookmark_add:",
        width="stretch",
        key=_BOX,
        on_change="rerun",
    ):
        name = st.text_input(
            "Name",
            "" if chosen in BUILT_IN else chosen,
            key=_NAME,
            max_chars=64,
            placeholder="letters, digits, - and _",
        ).strip()
        known = name in preset_names(home) and name not in BUILT_IN
        label = f"Replace the preset {text.plain(name)}"
        replace = known and st.checkbox(label, key="lab_replace")
        st.button(
            "Save",
            key="lab_save",
            type="primary",
            disabled=not name or (known and not replace),
            on_click=_save,
            args=(home, preset, name),
        )
        _said()


def show_refusal(error: StudioError) -> None:
    """Have the next run say what was wrong."""
    st.session_state[_SAID] = (False, str(error))


def _save(home: Home, preset: CropPreset, name: str) -> None:
    try:
        named = validate(CropPreset, preset.model_dump() | {"name": name}, "The preset")
        save_preset(home, named)
    except StudioError as error:
        show_refusal(error)
        return
    st.session_state["lab_preset"] = st.session_state["lab_filled"] = name
    st.session_state[_BOX] = False
    st.session_state[_SAID] = (True, f"Saved as {name}: training can use it.")


def _said() -> None:
    # Said once: the next movement is about something else.
    saved, sentence = st.session_state.pop(_SAID, (False, ""))
    if saved:
        # The box is closed by then.
        st.toast(text.plain(sentence), icon=":material/check_circle:")
    elif sentence:
        problem(sentence)
