"""Validation errors of settings, in the language of the reader."""

from typing import Any

import pytest
from pydantic import ValidationError

from engine.errors import BadInput
from engine.language.current import language_set
from engine.settings.fields import fields_of
from engine.settings.files import explain, validate
from engine.settings.problems import allowed_values, settings_in
from engine.settings.run import RunSettings
from engine.settings.split import SplitSettings


def refused(values: dict[str, Any]) -> BadInput:
    with pytest.raises(BadInput) as caught:
        validate(RunSettings, values, "run.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("values", "english", "spanish"),
    [
        (
            {"training": {"epochs": 0}},
            "training.epochs must be 1 to 10,000, not 0.",
            "training.epochs debe ser de 1 a 10.000, no 0.",
        ),
        (
            {"training": {"epochs": "many"}},
            "training.epochs must be a whole number, not 'many'.",
            "training.epochs debe ser un número entero, no 'many'.",
        ),
        (
            {"training": {"method": "all"}},
            "training.method must be full, head, features, last_blocks, or adapters, not 'all'.",
            "training.method debe ser full, head, features, last_blocks o adapters, no 'all'.",
        ),
        (
            {"training": {"stages": [{"epochs": 0}]}},
            "training.stages.0.epochs must be 1 to 10,000, not 0.",
            "training.stages.0.epochs debe ser de 1 a 10.000, no 0.",
        ),
        (
            {"data": {"image_size": 224}},
            "augmentation.train.crop (384) must equal data.image_size (224).",
            "augmentation.train.crop (384) debe ser igual a data.image_size (224).",
        ),
        (
            {"augmentation": {"train": {"crop": 500}}},
            "augmentation.train.crop (500) must not be larger than augmentation.train.resize "
            "(448).",
            "augmentation.train.crop (500) no debe superar augmentation.train.resize (448).",
        ),
    ],
)
def test_a_problem_is_a_sentence_in_the_language_of_the_reader(
    values: dict[str, Any], english: str, spanish: str
) -> None:
    error = refused(values)
    assert str(error) == f"run.yaml: {english}"
    with language_set("es"):
        assert str(error) == f"run.yaml: {spanish}"


def test_a_problem_of_a_combination_names_every_setting_involved() -> None:
    with pytest.raises(ValidationError) as caught:
        SplitSettings(min_images=9, max_images=8)
    assert settings_in(explain(SplitSettings, caught.value)) == ["max_images", "min_images"]


def test_the_help_of_a_number_contains_its_range() -> None:
    fields = dict(fields_of(RunSettings))
    assert str(allowed_values(fields["training.epochs"])) == "Allowed: 1 to 10,000."
    assert str(allowed_values(fields["training.learning_rate"])) == (
        "Allowed: more than 0 and at most 10."
    )
    assert str(allowed_values(fields["training.patience"])) == "Allowed: at least 1."
    assert allowed_values(fields["data.split"]) is None
