"""The configuration files that come with the studio."""

import re
from pathlib import Path

import pytest

from engine.errors import BadInput
from engine.settings import configs
from engine.settings.configs import PROJECT, run_configs, studio_settings


def test_every_configuration_that_comes_with_the_studio_is_valid() -> None:
    for name, run in run_configs().items():
        assert run.data.image_size == run.augmentation.train.crop, name


def test_there_is_a_configuration_for_every_purpose() -> None:
    assert run_configs().keys() == {
        *("teacher_global", "teacher_global_224", "teacher_small"),
        *("laptop_4gb", "large_gpu", "demo"),
    }


@pytest.mark.parametrize("name", run_configs())
def test_every_value_of_a_configuration_has_a_reason_beside_it(name: str) -> None:
    lines = (PROJECT / "configs" / f"{name}.yaml").read_text().splitlines()
    values = [line for line in lines if re.match(r"\s+(- )?\w+: \S", line)]
    assert len(values) > 20
    assert [line for line in values if not re.search(r"\S +# \S", line)] == []


def test_a_laptop_trains_in_three_stages_with_128_photographs_per_update() -> None:
    run = run_configs()["laptop_4gb"]
    assert [s.training.method for s in run.stages] == ["features", "adapters", "full"]
    assert {s.training.batch_size * s.training.accumulation for s in run.stages} == {128}


def test_a_large_gpu_uses_448_pixels_only_in_the_last_epochs() -> None:
    sizes = [stage.data.image_size for stage in run_configs()["large_gpu"].stages]
    assert sizes == [224, 224, 448]


def test_a_relative_home_is_relative_to_the_project_folder() -> None:
    assert Path(studio_settings().home).parent == PROJECT


def test_a_home_below_the_users_own_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "studio.yaml").write_text("home: ~/plants\n")
    monkeypatch.setattr(configs, "CONFIGS", tmp_path)
    assert studio_settings().home == str(Path.home() / "plants")


def test_changed_settings_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "studio.yaml"
    monkeypatch.setattr(configs, "CONFIGS", tmp_path)
    for name in ("/first", "/the-second"):
        file.write_text(f"home: {name}\n")
        assert studio_settings().home == name
    file.unlink()
    with pytest.raises(BadInput):
        studio_settings()
