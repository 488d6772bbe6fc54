"""The form over all settings of a run, as the pages Train and Runs show it."""

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
    """The form of the page Train, which asks for split and crop itself."""
    return Editor(
        settings,
        f"train.form.{name}",
        elsewhere=_CHOSEN_ABOVE,
        follow={"data.image_size": sizes_for},
        given=values_in_stages,
    )


def duplicate_editor(run_id: str, settings: RunSettings) -> Editor[RunSettings]:
    """The form over the settings of a run that is to be run again with changes."""
    return Editor(
        settings,
        f"runs.duplicate.{run_id}",
        follow={"data.image_size": sizes_for},
        given=values_in_stages,
    )


def sizes_for(settings: RunSettings, image_size: int) -> dict[str, int]:
    """What photographs are resized and cut to for another image size, in proportion.

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
    """The values that settings have in the stages of a run, by dotted key."""
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
    """A stage's own value: of a stage that is validated, or of one that a form holds."""
    if isinstance(stage, BaseModel):
        return getattr(stage, name)
    return stage.get(name) if isinstance(stage, Mapping) else None
