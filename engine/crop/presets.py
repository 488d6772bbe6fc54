"""Crop presets: the built-in ones, and the user's own as YAML in the home."""

from engine.errors import BadInput
from engine.home import Home
from engine.settings.crop import CropPreset
from engine.settings.files import load, save

CLASSIC = CropPreset(name="classic")
FAST = CropPreset(
    name="fast",
    detector="learned",
    policy="mass_square",
    threshold=0.05,
    mass=0.97,
    padding=0.05,
)
CENTRE = CropPreset(name="centre", detector="none")
BUILT_IN = {preset.name: preset for preset in (FAST, CLASSIC, CENTRE)}

# The default; it scores best in benchmarks.crop.
DEFAULT = FAST

# A removed preset of version 0.1 that older settings may still name.
_REMOVED = {
    "semantic": CropPreset.model_validate(
        FAST.model_dump() | {"name": "semantic", "detector": "semantic"}
    )
}


def preset_names(home: Home) -> list[str]:
    """Return the names of the built-in presets, then the user's own, sorted."""
    own = sorted(path.stem for path in home.presets.glob("*.yaml"))
    return [*BUILT_IN, *(name for name in own if name not in BUILT_IN)]


def load_preset(home: Home, name: str) -> CropPreset:
    """Return a preset by name; its `notice` says if it replaces a removed one.

    Raises:
        BadInput: there is no preset of that name, or its file is damaged.
    """
    if name in BUILT_IN:
        return BUILT_IN[name]
    if name in _REMOVED and name not in preset_names(home):
        return _REMOVED[name]
    if name not in preset_names(home):
        raise BadInput(
            "There is no crop preset {name}. Choose one of: {names}.",
            name=name,
            names=", ".join(preset_names(home)),
        )
    preset = load(CropPreset, home.presets / f"{name}.yaml")
    # A file copied under another name is a preset of its own.
    return preset.model_copy(update={"name": name})


def save_preset(home: Home, preset: CropPreset) -> None:
    """Save a preset under its name.

    Raises:
        BadInput: the name belongs to a built-in preset.
    """
    if preset.name in BUILT_IN:
        raise BadInput(
            "{name} comes with the studio and cannot be changed. Choose another name.",
            name=preset.name,
        )
    save(preset, home.presets / f"{preset.name}.yaml")
