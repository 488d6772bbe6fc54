"""The configuration files that come with the studio."""

from pathlib import Path

import pytest

from engine.settings import configs
from engine.settings.configs import PROJECT, run_configs, studio_settings


def test_every_configuration_that_comes_with_the_studio_is_valid() -> None:
    for name, run in run_configs().items():
        assert run.data.image_size == run.augmentation.train.crop, name


def test_a_relative_home_is_taken_from_the_projects_folder() -> None:
    assert Path(studio_settings().home).parent == PROJECT


def test_a_home_below_the_users_own_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "studio.yaml").write_text("home: ~/plants\n")
    monkeypatch.setattr(configs, "CONFIGS", tmp_path)
    assert studio_settings().home == str(Path.home() / "plants")
