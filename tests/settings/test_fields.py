"""Rules for every setting of every group."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

import engine.settings
from engine.settings.base import Settings
from engine.settings.crop import CropPreset
from engine.settings.optimisation import StageSettings, TrainingSettings
from engine.settings.run import RunSettings
from engine.settings.stage import OF_A_STAGE


def groups() -> Iterator[type[Settings]]:
    for module in pkgutil.iter_modules(engine.settings.__path__):
        found = vars(importlib.import_module(f"engine.settings.{module.name}")).values()
        for kind in found:
            if (
                isinstance(kind, type)
                and issubclass(kind, Settings)
                and kind.__module__ == f"engine.settings.{module.name}"
                and kind is not Settings
            ):
                yield kind


def test_there_are_groups_to_check() -> None:
    assert len(list(groups())) >= 8


@pytest.mark.parametrize("kind", list(groups()), ids=lambda kind: kind.__name__)
def test_every_setting_has_a_description_and_a_default(kind: type[Settings]) -> None:
    for name, field in kind.model_fields.items():
        assert field.description, f"{kind.__name__}.{name} has no description"
        assert field.description.endswith("."), f"{kind.__name__}.{name}'s is no sentence"
    assert kind() == kind.model_validate({})


@pytest.mark.parametrize("kind", list(groups()), ids=lambda kind: kind.__name__)
def test_settings_are_immutable(kind: type[Settings]) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(kind(), next(iter(kind.model_fields)), None)


def test_the_fingerprint_of_a_preset_depends_on_what_changes_the_crops() -> None:
    classic = CropPreset()
    assert classic.fingerprint == CropPreset(name="other").fingerprint
    others = {
        CropPreset(threshold=0.4).fingerprint,
        CropPreset(padding=0.1).fingerprint,
        CropPreset(working_side=320).fingerprint,
        CropPreset(detector="none").fingerprint,
    }
    assert len(others | {classic.fingerprint}) == 5
    assert len(classic.fingerprint) == 16


def test_a_run_name_of_several_words_is_joined_by_hyphens() -> None:
    assert RunSettings(name="  my first run ").name == "my-first-run"
    with pytest.raises(ValidationError):
        RunSettings(name="../run")


def test_a_stage_inherits_training_settings_with_their_ranges_and_help() -> None:
    own = set(StageSettings.model_fields) - {"name", "image_size"}
    assert own == set(OF_A_STAGE)
    for name in OF_A_STAGE:
        of_stage, of_run = StageSettings.model_fields[name], TrainingSettings.model_fields[name]
        assert (of_stage.default, of_stage.description) == (None, of_run.description)
        assert of_stage.metadata == of_run.metadata
    for wrong in ({"epochs": 0}, {"epochs": True}, {"method": "none"}, {"seed": 1}):
        with pytest.raises(ValidationError):
            StageSettings.model_validate(wrong)
    assert StageSettings.model_validate({"epochs": 3}).own() == {"epochs": 3}


def test_each_stage_uses_its_own_settings_and_the_others_of_the_run() -> None:
    stages = [{"name": "head", "method": "head", "epochs": 2}, {"image_size": 192}]
    settings = RunSettings.model_validate({"training": {"epochs": 9, "stages": stages}})
    first, second = settings.stages
    assert (first.training.method, first.training.epochs) == ("head", 2)
    assert (second.training.epochs, second.data.image_size) == (9, 192)
    assert settings.total_epochs == 11
