"""Registries: named entries that settings choose from."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import BaseModel, ValidationError

from engine.registry import OneOf, Registry, registry_of

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Colour:
    title: str
    description: str = ""


COLOURS: Registry[Colour] = Registry(
    "colour",
    {"red": Colour("Red"), "leaf_green": Colour("Leaf green")},
    former={"leaf green": "leaf_green"},
)
Name = Annotated[str, OneOf(f"{__name__}:COLOURS")]


class Paint(BaseModel):
    colour: Name = "red"
    second: Name | None = None
    shares: dict[Name, float] = {}
    text: str = ""


def test_a_former_name_is_read_as_the_current_name() -> None:
    assert COLOURS.name_of("leaf green") == COLOURS.name_of("leaf_green") == "leaf_green"
    assert Paint(colour="leaf green").colour == "leaf_green"
    assert Paint(shares={"leaf green": 1}).shares == {"leaf_green": 1}


def test_an_unknown_name_is_rejected_with_all_names_and_the_nearest() -> None:
    with pytest.raises(ValidationError) as refused:
        Paint(colour="leafgreen")
    assert "“leafgreen” is not red or leaf_green; did you mean leaf_green?" in str(refused.value)
    with pytest.raises(ValueError, match=r"^“xyz” is not red or leaf_green$"):
        COLOURS.name_of("xyz")


def test_a_new_entry_becomes_a_choice_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError):
        Paint(colour="violet")
    monkeypatch.setitem(COLOURS, "violet", Colour("Violet"))
    assert Paint(colour="violet").colour == "violet"
    choices = Paint.model_json_schema()["properties"]["colour"]["enum"]
    assert choices == ["red", "leaf_green", "violet"]


def test_the_registry_of_a_setting_is_found() -> None:
    found = {name: registry_of(field) for name, field in Paint.model_fields.items()}
    assert found == {"colour": COLOURS, "second": COLOURS, "shares": COLOURS, "text": None}


def test_reading_settings_and_their_choices_loads_no_torch() -> None:
    script = (
        "import sys\n"
        "from engine.registry import registry_of\n"
        "from engine.settings.augmentation import TrainAugmentation\n"
        "from engine.settings.crop import CropPreset\n"
        "from engine.settings.optimisation import TrainingSettings\n"
        "from engine.settings.run import RunSettings\n"
        "RunSettings(), CropPreset()\n"
        "kinds = TrainAugmentation, CropPreset, TrainingSettings\n"
        "fields = [field for kind in kinds for field in kind.model_fields.values()]\n"
        "print(*sorted(found.kind for found in map(registry_of, fields) if found))\n"
        "print(*sorted({'torch', 'torchvision', 'timm'} & set(sys.modules)))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    kinds, heavy = ended.stdout.splitlines()
    assert kinds == "augmentation detector loss optimiser policy sampler schedule"
    assert heavy == ""
