"""The settings of a crop: loaded from a preset, changed by hand, kept in the address."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from engine.crop.policies import POLICIES
from engine.crop.presets import CLASSIC, DEFAULT, load_preset, preset_names
from engine.crop.saliency import DETECTORS
from engine.errors import StudioError
from engine.home import Home
from engine.language.message import deferred, gettext
from engine.registry import Registry
from engine.settings.configs import run_configs
from engine.settings.crop import CropPreset
from engine.settings.files import validate
from engine.settings.run import RunSettings
from studio import text
from studio.address import Parameter, bounded, one_of
from studio.crop_lab.saving import saving, show_refusal

PRESET, OTHER, VIEW = "lab_preset", "lab_other", "lab_view"
SECOND = CLASSIC.name

# A select box treats None as "nothing selected", so 0 represents the default size.
_SIDES = (0, 128, 160, 256, 320, 480, 640, 1024)
_USUAL_VIEW = "teacher_global"
_KEPT: dict[str, Any] = {"persist_state": "session"}


@dataclass(frozen=True)
class LabSettings:
    """The current preset settings, a second preset to compare, and the network whose input is
    shown.
    """

    preset: CropPreset
    other: CropPreset | None
    configuration: RunSettings


@dataclass(frozen=True)
class _Slider:
    field: str
    label: str
    low: float
    high: float

    @property
    def key(self) -> str:
        return f"lab_{self.field}"


_THRESHOLD = _Slider("threshold", deferred("Saliency threshold"), 0.0, 0.95)
_MASS = _Slider("mass", deferred("Saliency in the square"), 0.4, 1.0)
_PADDING = _Slider("padding", deferred("Padding"), 0.0, 1.0)
_MORE = (
    _Slider("minimum_side", deferred("Minimum side"), 0.0, 1.0),
    _Slider("tight_confidence", deferred("Confidence for a tight square"), 0.0, 1.0),
    _Slider("wide_confidence", deferred("Confidence for a wide square"), 0.0, 1.0),
)
_SLIDERS = (_THRESHOLD, _MASS, _PADDING, *_MORE)
_FIELDS = ("detector", "working_side", "policy", "aspect", *(item.field for item in _SLIDERS))


def controls(home: Home) -> LabSettings:
    """Draw the controls; return their values."""
    chosen = _preset(home)
    saved = load_preset(home, chosen)
    if saved.notice:
        st.caption(text.plain(saved.notice))
    for field in _FIELDS:
        _parameter(field, saved).read_address()
    detector = _choice(gettext("Detector"), "detector", _titles(DETECTORS), saved)
    looks = detector != "none"
    policy = _choice(
        gettext("Choice of the square"), "policy", _titles(POLICIES), saved, disabled=not looks
    )
    _slider(_THRESHOLD, saved, disabled=not looks)
    _slider(_MASS, saved, disabled=not looks or policy != "mass_square")
    _slider(_PADDING, saved, disabled=not looks)
    with st.expander(gettext("More crop settings"), icon=":material/tune:"):
        _working_side(saved, disabled=not looks)
        _choice(
            gettext("Long plants"),
            "aspect",
            {"whole": gettext("Keep all"), "mean": gettext("Cut the ends")},
            saved,
            disabled=not looks,
        )
        for item in _MORE:
            _slider(item, saved, disabled=not looks)
    preset = _current(home, chosen)
    saving(home, preset, changed=any(_differs(preset, saved, field) for field in _FIELDS))
    return LabSettings(preset, _other(home), _configuration())


def preset_parameter(names: Iterable[str]) -> Parameter:
    """The preset in the address; it is needed above its widget too."""
    return Parameter("preset", PRESET, one_of(names), default=DEFAULT.name, remember=True)


def other_parameter(names: Iterable[str]) -> Parameter:
    """The second preset in the address; it is needed above its widget too."""
    return Parameter("beside", OTHER, one_of(names), remember=True)


def take_settings(field: str, value: float, padding: float) -> None:
    """Set the sliders to a pair of settings; called before they are drawn."""
    st.session_state[f"lab_{field}"] = value
    st.session_state[_PADDING.key] = padding


def _preset(home: Home) -> str:
    names = preset_names(home)
    parameter = preset_parameter(names)
    parameter.read_address()
    if st.session_state[PRESET] not in names:
        st.session_state[PRESET] = DEFAULT.name
    if any(f"lab_{field}" not in st.session_state for field in _FIELDS) or (
        st.session_state.get("lab_filled") != st.session_state[PRESET]
    ):
        _fill(load_preset(home, st.session_state[PRESET]))
    chosen = st.selectbox(
        gettext("Preset"), names, key=PRESET, on_change=_load, args=(home,), **_KEPT
    )
    parameter.write_address(chosen)
    return str(chosen)


def _other(home: Home) -> CropPreset | None:
    names = preset_names(home)
    parameter = other_parameter(names)
    parameter.read_address()
    if st.session_state.get(OTHER) not in (None, *names):
        st.session_state[OTHER] = None
    name = st.selectbox(
        gettext("Second preset"),
        names,
        index=None,
        placeholder=gettext("No second preset"),
        key=OTHER,
        **_KEPT,
    )
    parameter.write_address(name)
    return load_preset(home, name) if name else None


def _configuration() -> RunSettings:
    known = _configurations()
    usual = _USUAL_VIEW if _USUAL_VIEW in known else next(iter(known))
    parameter = Parameter("view", VIEW, one_of(known), default=usual, remember=True)
    parameter.read_address()
    if st.session_state[VIEW] not in known:
        st.session_state[VIEW] = usual

    def title(name: str) -> str:
        val = known[name].augmentation.val
        return f"{name or gettext('Defaults')} · {val.resize} → {val.center_crop}"

    name = st.selectbox(
        gettext("Network input as in"),
        list(known),
        format_func=title,
        key=VIEW,
        help=gettext(
            "The configuration whose image sizes and augmentations are shown. The square is "
            "resized to the first number of pixels; the network gets its middle, the second."
        ),
        **_KEPT,
    )
    parameter.write_address(name)
    return known[name]


@st.cache_data(ttl="1min", show_spinner=False)
def _configurations() -> dict[str, RunSettings]:
    return run_configs() or {"": RunSettings()}


def _titles(registry: Registry[Any]) -> dict[str, str]:
    return {name: gettext(entry.title) for name, entry in registry.items()}


def _choice(
    label: str, field: str, titles: dict[str, str], saved: CropPreset, *, disabled: bool = False
) -> str:
    key = f"lab_{field}"
    value = st.selectbox(
        label,
        list(titles),
        format_func=lambda name: titles[name],
        key=key,
        disabled=disabled,
        help=_help(field),
        **_KEPT,
    )
    _parameter(field, saved).write_address(value)
    return str(value)


def _slider(item: _Slider, saved: CropPreset, *, disabled: bool) -> None:
    value = st.slider(
        gettext(item.label),
        item.low,
        item.high,
        step=0.01,
        format="percent",
        key=item.key,
        disabled=disabled,
        help=_help(item.field),
        **_KEPT,
    )
    _parameter(item.field, saved).write_address(value)


def _working_side(saved: CropPreset, *, disabled: bool) -> None:
    key = "lab_working_side"
    sides = list(dict.fromkeys([*_SIDES, st.session_state[key]]))
    side = st.selectbox(
        gettext("Working size"),
        sides,
        format_func=lambda side: (
            gettext("{side} pixels", side=side) if side else gettext("The detector's own")
        ),
        key=key,
        disabled=disabled,
        help=_help("working_side"),
        **_KEPT,
    )
    _parameter("working_side", saved).write_address(side)


def _parameter(field: str, saved: CropPreset) -> Parameter:
    usual = _value(saved, field)
    return Parameter(field, f"lab_{field}", _reader(field, saved), default=usual, remember=True)


def _reader(field: str, saved: CropPreset) -> Callable[[str], Any]:
    if field == "detector":
        return one_of(list(DETECTORS))
    if field == "policy":
        return one_of(list(POLICIES))
    if field == "aspect":
        return one_of(["whole", "mean"])
    if field == "working_side":
        return one_of(list(dict.fromkeys([*_SIDES, saved.working_side or 0])))
    item = next(item for item in _SLIDERS if item.field == field)
    return bounded(item.low, item.high)


def _load(home: Home) -> None:
    try:
        _fill(load_preset(home, st.session_state[PRESET]))
    except StudioError as error:
        show_refusal(error)


def _fill(preset: CropPreset) -> None:
    st.session_state["lab_filled"] = preset.name
    for field in _FIELDS:
        st.session_state[f"lab_{field}"] = _value(preset, field)


def _value(preset: CropPreset, field: str) -> Any:
    """A setting of the preset as its widget holds it."""
    return getattr(preset, field) or (0.0 if any(item.field == field for item in _SLIDERS) else 0)


def _current(home: Home, name: str) -> CropPreset:
    values = {field: st.session_state[f"lab_{field}"] for field in _FIELDS}
    values["working_side"] = values["working_side"] or None
    return validate(
        CropPreset, load_preset(home, name).model_dump() | values, gettext("Crop settings")
    )


def _differs(preset: CropPreset, saved: CropPreset, field: str) -> bool:
    return bool(getattr(preset, field) != getattr(saved, field))


def _help(field: str) -> str:
    return gettext(CropPreset.model_fields[field].description or "")
