"""The form over all settings of a run, for the pages Train and Runs."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from engine.language.message import deferred
from engine.settings.optimisation import StageSettings
from engine.settings.run import RunSettings
from studio.forms.editor import Editor

_CHOSEN_ABOVE = {
    "data.split": deferred("Choose it above, under Split."),
    "data.crop_preset": deferred("Choose it above, under Crop."),
    "data.smart_crop": deferred("Choose it above, under Crop. centre turns it off."),
}


def train_editor(name: str, settings: RunSettings) -> Editor[RunSettings]:
    """The form of the page Train, which itself asks for split and crop."""
    return Editor(
        settings,
        f"train.form.{name}",
        elsewhere=_CHOSEN_ABOVE,
        follow={"data.image_size": sizes_for},
        given=values_in_stages,
    )


def duplicate_editor(run_id: str, settings: RunSettings) -> Editor[RunSettings]:
    """The form for the settings of a run that is repeated with changes."""
    return Editor(
        settings,
        f"runs.duplicate.{run_id}",
        follow={"data.image_size": sizes_for},
        given=values_in_stages,
    )


def sizes_for(settings: RunSettings, image_size: int) -> dict[str, int]:
    """The resize and crop sizes for another image size, in proportion.

    Empty for a size that is not possible.
    """
    try:
        new = settings.at_size(image_size).augmentation
    except ValidationError:
        return {}
    return {
        "augmentation.train.resize": new.train.resize,
        "augmentation.train.crop": new.train.crop,
        "augmentation.val.resize": new.val.resize,
        "augmentation.val.center_crop": new.val.center_crop,
    }


def values_in_stages(values: Mapping[str, Any]) -> dict[str, Sequence[object]]:
    """The values of settings in the stages of a run, by dotted key."""
    given: dict[str, Sequence[object]] = {key: [value] for key, value in values.items()}
    stages = values.get("training.stages")
    if not isinstance(stages, list | tuple):
        return given
    for name in StageSettings.model_fields:
        key = f"training.{name}"
        own = [_own(stage, name) for stage in stages]
        if own and key in given:
            given[key] = [values[key] if value is None else value for value in own]
    return given


def _own(stage: object, name: str) -> object:
    """A value of the stage itself, for a validated stage or one that a form holds."""
    if isinstance(stage, BaseModel):
        return getattr(stage, name)
    return stage.get(name) if isinstance(stage, Mapping) else None
