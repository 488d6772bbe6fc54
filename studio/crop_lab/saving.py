"""Save the tuned settings as a preset."""

import streamlit as st

from engine.crop.presets import BUILT_IN, preset_names, save_preset
from engine.errors import StudioError
from engine.home import Home
from engine.language.message import gettext
from engine.settings.crop import CropPreset
from engine.settings.files import validate
from studio import text
from studio.views.problem import problem

_SAID, _NAME, _BOX = "lab_said", "lab_name", "lab_saving"


def saving(home: Home, preset: CropPreset, *, changed: bool) -> None:
    """Show whether the settings differ from their preset, and offer to save them."""
    chosen = preset.name
    if changed:
        st.caption(
            gettext(
                "Changed from {preset}. Save it as a preset to train with it.",
                preset=text.plain(chosen),
            )
        )
    # Only a popover that reports its opening can be closed from here.
    with st.popover(
        gettext("Save as a preset"),
        icon=":material/bookmark_add:",
        width="stretch",
        key=_BOX,
        on_change="rerun",
    ):
        name = st.text_input(
            gettext("Name"),
            "" if chosen in BUILT_IN else chosen,
            key=_NAME,
            max_chars=64,
            placeholder=gettext("Letters, digits, - and _"),
        ).strip()
        known = name in preset_names(home) and name not in BUILT_IN
        label = gettext("Replace the preset {name}", name=text.plain(name))
        replace = known and st.checkbox(label, key="lab_replace")
        st.button(
            gettext("Save"),
            key="lab_save",
            type="primary",
            disabled=not name or (known and not replace),
            on_click=_save,
            args=(home, preset, name),
        )
        _said()


def show_refusal(error: StudioError) -> None:
    """Show the error in the next run."""
    st.session_state[_SAID] = (False, str(error))


def _save(home: Home, preset: CropPreset, name: str) -> None:
    try:
        named = validate(CropPreset, preset.model_dump() | {"name": name}, gettext("Preset"))
        save_preset(home, named)
    except StudioError as error:
        show_refusal(error)
        return
    st.session_state["lab_preset"] = st.session_state["lab_filled"] = name
    st.session_state[_BOX] = False
    st.session_state[_SAID] = (True, gettext("Saved as {name}.", name=name))


def _said() -> None:
    # Shown once: the next interaction is about something else.
    saved, sentence = st.session_state.pop(_SAID, (False, ""))
    if saved:
        # The popover is closed by then.
        st.toast(text.plain(sentence), icon=":material/check_circle:")
    elif sentence:
        problem(sentence)
