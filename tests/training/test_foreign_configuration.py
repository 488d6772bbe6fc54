"""A configuration in the format of another project, from its file to a finished run."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
import yaml
from typer.testing import CliRunner

from engine.cli import command_line
from engine.errors import BadInput
from engine.home import Home
from engine.settings.files import load
from engine.settings.foreign import load_configuration
from engine.settings.run import RunSettings
from engine.split.folder import SplitFolder, read_part
from engine.training.state.run_folder import prepare, run_folder
from studio.split.made import read_made
from tests.training.conftest import Settings
from tests.training.small import COLOURS, small_settings

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


def outside_files(project: Path, home: Home, key: str) -> dict[str, str]:
    """The files of a split as another project writes them, with photographs of its own."""
    files = {}
    for part in ("train", "val"):
        rows = []
        for line in read_part(SplitFolder(home.splits / "small").part(part)):
            image = project / "images" / Path(line.path).name
            image.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(home.resolve(line.path), image)
            rows.append(
                {"class_idx": 2 - line.label, "latin_name": line.species, "region": "EU_SW"}
                | {key: f"images/{image.name}"}
            )
        file = project / f"{part}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        files[f"{part}_jsonl"] = str(file)
    return files


def test_its_own_files_become_a_split_and_train(
    home: Home, split: SplitFolder, tmp_path: Path
) -> None:
    files = outside_files(tmp_path, home, "file")
    config = small_teacher(tmp_path, {**files, "region_filter": "EU_SW"})
    options = ("--config", str(config), "--home", str(home.root))
    before = sorted(home.root.rglob("*"))
    code, values, said = run_command("train", *options, "--dry-run")
    assert (code, values["ok"]) == (0, True), values
    assert sorted(home.root.rglob("*")) == before, "a check writes nothing"
    code, values, said = run_command("train", *options, "--run-id", "run")
    assert (code, values["state"]) == (0, "finished"), said
    folder = run_folder(home, "run")
    name = str(folder.read_settings().data.split)
    assert name.startswith("train-")
    assert folder.read_classes().species == tuple(sorted(COLOURS, reverse=True))
    code, values, said = run_command("split", "check", name, "--home", str(home.root))
    assert (code, values["ok"]) == (0, True), values
    code, values, said = run_command("evaluate", "run", "--split", "val", "--home", str(home.root))
    assert (code, values["images"]) == (0, 6), said
    again = load(RunSettings, folder.config)
    assert prepare(home, again, "again").read_settings().data == again.data
    assert read_made(home, name).problem == ""


def test_a_run_starts_from_its_checkpoint_of_a_smaller_size(
    home: Home, split: SplitFolder, tmp_path: Path
) -> None:
    small = small_settings("")["model"]
    older = timm.create_model(small["name"], img_size=24, num_classes=5, **small["options"])
    checkpoint = {
        "model_state_dict": older.state_dict(),
        "optimizer_state_dict": torch.optim.AdamW(older.parameters()).state_dict(),
        "config": {"data": {"image_size": 24}},
        "metrics": {"top1_acc": 0.7},
    }
    torch.save(checkpoint, tmp_path / "best_model.pt")
    config = small_teacher(tmp_path, {"split": split.name})
    content = yaml.safe_load(config.read_text())
    content["model"]["init_from"] = str(tmp_path / "best_model.pt")
    config.write_text(yaml.safe_dump(content))
    options = ("--config", str(config), "--home", str(home.root))
    code, values, said = run_command("train", *options, "--dry-run")
    found = {each["check"]: each["detail"] for each in values["findings"]}
    assert (code, found["Start weights"]) == (
        0,
        "best_model.pt fits the network; its classifier is for other classes and is replaced",
    )
    code, values, said = run_command("train", *options, "--run-id", "run")
    assert (code, values["state"]) == (0, "finished"), said
    log = run_folder(home, "run").log.read_text()
    assert "Started from the weights in best_model.pt." in log
    assert "Resampled to the image size: pos_embed." in log
    assert "Its classifier is for other classes and was replaced by a new one." in log


def test_a_leak_in_its_files_starts_no_run_and_is_explained(
    home: Home, split: SplitFolder, tmp_path: Path
) -> None:
    files = outside_files(tmp_path, home, "image")
    train, val = (Path(files[f"{part}_jsonl"]) for part in ("train", "val"))
    val.write_text(val.read_text() + train.read_text().splitlines()[0] + "\n")
    config = small_teacher(tmp_path, files)
    asked = ("train", "--config", str(config), "--home", str(home.root))
    result = CliRunner().invoke(command_line(asked), list(asked))
    assert result.exit_code != 0
    with pytest.raises(BadInput, match="1 of 7 validation photographs are also in train, such as"):
        prepare(home, load_configuration(config).settings, "run")
    assert not list(home.runs.glob("*"))
    assert [path.name for path in home.splits.iterdir()] == ["small"]


def test_a_region_is_refused_for_a_split_whose_rows_have_none(
    home: Home, split: SplitFolder, settings: Settings
) -> None:
    with pytest.raises(BadInput, match=r"states no region\. Empty data\.region"):
        prepare(home, settings(data__region="EU_SW"), "run")


def test_rows_with_addresses_alone_are_named_as_not_here(
    home: Home, split: SplitFolder, tmp_path: Path
) -> None:
    files = outside_files(tmp_path, home, "image")
    for file in map(Path, files.values()):
        file.write_text(file.read_text().replace('"image": "', '"image_url": "https://e.org/'))
    with pytest.raises(BadInput) as caught:
        prepare(home, load_configuration(small_teacher(tmp_path, files)).settings, "run")
    assert "24 of 24 photographs are not on this computer, such as https://e.org" in str(
        caught.value
    )
    assert "also in train" not in str(caught.value)


@pytest.mark.parametrize("name", ["teacher_global", "teacher_regional", "teacher_core", "student"])
def test_the_cost_of_the_files_is_estimated_unchanged(name: str, home: Home) -> None:
    file = FILES / f"{name}.yaml"
    code, values, said = run_command(
        "estimate", "--config", str(file), "--classes", "50", "--home", str(home.root)
    )
    assert code == 0, said
    assert values["parameters"] > 1_000_000
