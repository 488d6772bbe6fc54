"""A configuration in the format of another project, from its file to a finished run."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from engine.cli import command_line
from engine.home import Home
from engine.split.folder import SplitFolder
from engine.training.state.run_folder import run_folder
from tests.training.small import small_settings

FILES = Path(__file__).parents[1] / "fixtures" / "configurations"


def small_teacher(folder: Path, data: dict[str, Any]) -> Path:
    """The teacher's file with a network, pictures and an epoch that take an instant."""
    content = yaml.safe_load((FILES / "teacher_global.yaml").read_text())
    content["model"] = small_settings("")["model"]
    content["training"] |= {"batch_size": 4, "epochs": 2, "threads": 1}
    content["data"] = {"image_size": 32, "num_workers": 0, "cache_size_gb": 220, **data}
    content["augmentation"]["train"] |= {"resize": 40, "crop": 32}
    content["augmentation"]["val"] |= {"resize": 40, "center_crop": 32}
    content["device"] = {"type": "cpu", "mixed_precision": True}
    file = folder / "teacher.yaml"
    file.write_text(yaml.safe_dump(content))
    return file


def run_command(*asked: str) -> tuple[int, dict[str, Any], str]:
    result = CliRunner().invoke(command_line(asked), [*asked, "--json"])
    return result.exit_code, json.loads(result.stdout.splitlines()[-1]), result.stderr


def test_it_trains_and_the_message_is_in_the_log_and_in_the_json(
    home: Home, split: SplitFolder, tmp_path: Path
) -> None:
    file = small_teacher(tmp_path, {"split": split.name})
    options = ("--config", str(file), "--home", str(home.root), "--run-id", "run")
    code, values, said = run_command("train", *options)
    assert (code, values["state"]) == (0, "finished"), said
    assert values["notice"].startswith("teacher.yaml is in the format of another project.")
    replaced = {key: each["instead"] for each in values["replaced"] for key in each["keys"]}
    assert "data.smart_crop" in replaced and "data.cache_size_gb" in replaced
    folder = run_folder(home, "run")
    assert values["notice"].splitlines()[0] in folder.log.read_text()
    assert values["notice"].splitlines()[0] in said
    written = folder.read_settings()
    assert written.data.smart_crop is False
    assert written.augmentation.train.mix_probability == 0.5
    assert written.model.mean == (0.485, 0.456, 0.406)


def test_a_dry_run_has_the_message_too(home: Home, split: SplitFolder, tmp_path: Path) -> None:
    file = small_teacher(tmp_path, {"split": split.name})
    options = ("--config", str(file), "--home", str(home.root), "--dry-run")
    code, values, said = run_command("train", *options)
    assert (code, values["ok"]) == (0, True), values
    assert "data.cache_size_gb" in values["notice"]
    assert "data.cache_size_gb" in said


@pytest.mark.parametrize("name", ["teacher_global", "teacher_regional", "teacher_core", "student"])
def test_the_cost_of_the_files_is_estimated_unchanged(name: str, home: Home) -> None:
    file = FILES / f"{name}.yaml"
    code, values, said = run_command(
        "estimate", "--config", str(file), "--classes", "50", "--home", str(home.root)
    )
    assert code == 0, said
    assert values["parameters"] > 1_000_000
