"""The settings of a crop: loaded from a preset, moved by hand, saved as a preset."""

from typing import Any

import streamlit as st

from engine.crop.presets import BUILT_IN, CLASSIC, load_preset, preset_names, save_preset
from engine.errors import StudioError
from engine.home import Home
from engine.settings.augmentation import ValAugmentation
from engine.settings.configs import run_configs
from engine.settings.crop import CropPreset
from engine.settings.files import validate
from studio.views.problem import problem

_DETECTORS = {
    "fine_grained": "Fine-grained",
    "spectral_residual": "Spectral residual",
    "barrier": "Minimum barrier",
    "none": "Nothing: take the centre",
}
# A select box takes None for "nothing chosen", so the photograph's own size goes by 0.
_SIDES = (0, 256, 320, 480, 640, 1024)
_FIELDS = ("detector", "threshold", "padding", "working_side")
_USUAL = "teacher_global"
_KEPT: dict[str, Any] = {"persist_state": "session"}


def controls(home: Home) -> tuple[CropPreset, ValAugmentation]:
    """Draw the controls; returns the preset as it is set now, and how a network looks at it."""
    names = preset_names(home)
    if st.session_state.get("lab_preset") not in names:
        st.session_state["lab_preset"] = CLASSIC.name
        _fill(CLASSIC)
    chosen = st.selectbox("Preset", names, key="lab_preset", on_change=_load, args=(home,), **_KEPT)
    st.selectbox(
        "What finds the subject",
        list(_DETECTORS),
        format_func=lambda name: _DETECTORS[name],
        key="lab_detector",
        **_KEPT,
    )
    looks = st.session_state["lab_detector"] != "none"
    st.slider(
        "Saliency threshold",
        0.05,
        0.95,
        step=0.01,
        key="lab_threshold",
        disabled=not looks,
        help="How salient a pixel must be to count as subject.",
        **_KEPT,
    )
    st.slider(
        "Padding",
        0.0,
        1.0,
        step=0.01,
        format="percent",
        key="lab_padding",
        disabled=not looks,
        help="Room left around the subject, as a share of its box on each side.",
        **_KEPT,
    )
    sides = list(dict.fromkeys([*_SIDES, st.session_state["lab_working_side"]]))
    st.selectbox(
        "Working size",
        sides,
        format_func=lambda side: f"{side} pixels" if side else "own size, as published",
        key="lab_working_side",
        disabled=not looks,
        help="Longest side of the picture that the saliency is computed on. "
        "A threshold means the same on every photograph only at one size.",
        **_KEPT,
    )
    view = _view()
    preset = _current(home, chosen)
    _saving(home, preset, chosen)
    return preset, view


def _view() -> ValAugmentation:
    views = _views()
    if st.session_state.get("lab_view") not in views:
        st.session_state["lab_view"] = _USUAL if _USUAL in views else next(iter(views))
    name = st.selectbox(
        "As a network sees it",
        list(views),
        format_func=lambda name: f"{name} · {views[name].resize} → {views[name].center_crop}",
        key="lab_view",
        help="The configuration whose sizes are used: the square is resized to the first number "
        "of pixels, and the middle of it, of the second, is what the network gets.",
        **_KEPT,
    )
    return views[name]


@st.cache_data(ttl="1min", show_spinner=False)
def _views() -> dict[str, ValAugmentation]:
    views = {name: settings.augmentation.val for name, settings in run_configs().items()}
    return views or {"the defaults": ValAugmentation()}


def _saving(home: Home, preset: CropPreset, chosen: str) -> None:
    changed = any(
        getattr(preset, field) != getattr(load_preset(home, chosen), field) for field in _FIELDS
    )
    if changed:
        st.caption(f"Changed from {chosen}. Saved under a name, training can use it.")
    with st.popover("Save as a preset", icon=":material/bookmark_add:", width="stretch"):
        name = st.text_input(
            "Name",
            "" if chosen in BUILT_IN else chosen,
            key="lab_name",
            max_chars=64,
            placeholder="letters, digits, - and _",
        ).strip()
        known = name in preset_names(home) and name not in BUILT_IN
        replace = known and st.checkbox(f"Replace the preset {name}", key="lab_replace")
        st.button(
            "Save",
            key="lab_save",
            type="primary",
            disabled=not name or (known and not replace),
            on_click=_save,
            args=(home, name),
        )
        _said()


def _save(home: Home, name: str) -> None:
    try:
        shown = load_preset(home, st.session_state["lab_preset"]).model_dump()
        preset = validate(CropPreset, shown | _values() | {"name": name}, "The preset")
        save_preset(home, preset)
    except StudioError as error:
        st.session_state["lab_said"] = (False, str(error))
        return
    st.session_state["lab_preset"] = name
    st.session_state["lab_said"] = (True, f"Saved as {name}: training can use it.")


def _said() -> None:
    # Said once: the next movement is about something else.
    saved, sentence = st.session_state.pop("lab_said", (False, ""))
    if saved:
        st.success(sentence, icon=":material/check_circle:")
    elif sentence:
        problem(sentence)


def _load(home: Home) -> None:
    try:
        _fill(load_preset(home, st.session_state["lab_preset"]))
    except StudioError as error:
        st.session_state["lab_said"] = (False, str(error))


def _fill(preset: CropPreset) -> None:
    for field in _FIELDS:
        st.session_state[f"lab_{field}"] = getattr(preset, field) or 0


def _values() -> dict[str, Any]:
    values = {field: st.session_state[f"lab_{field}"] for field in _FIELDS}
    return values | {"working_side": values["working_side"] or None}


def _current(home: Home, name: str) -> CropPreset:
    return validate(CropPreset, load_preset(home, name).model_dump() | _values(), "The settings")
