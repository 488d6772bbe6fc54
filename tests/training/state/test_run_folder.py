"""The run folder."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from engine.crop.presets import save_preset
from engine.errors import BadInput, ClassMapMismatch
from engine.home import Home
from engine.home_id import RUN_MARK, home_id
from engine.settings.crop import CropPreset
from engine.split.classes import ClassMap
from engine.split.folder import SplitFolder, write_part
from engine.training.state.run_folder import prepare, run_folder
from tests.training.conftest import Prepare, Settings
from tests.training.small import draw_split


def test_a_prepared_run_is_queued_and_contains_what_it_needs(
    home: Home, new_run: Prepare, split: SplitFolder
) -> None:
    folder = new_run("first")
    assert folder.read_status().state == "queued"
    assert folder.read_classes().species == ClassMap(folder.read_classes().species).species
    assert folder.read_settings().data.train_jsonl == "data/splits/small/train.jsonl"
    assert [len(folder.read_part(home, part)) for part in ("train", "val", "test")] == [24, 6, 6]
    assert run_folder(home, "first").root == folder.root
    assert json.loads((folder.root / RUN_MARK).read_text()) == {"home": home_id(home)}


def test_the_values_of_the_crop_preset_are_fixed(home: Home, new_run: Prepare) -> None:
    save_preset(home, CropPreset(name="wide", padding=0.5))
    folder = new_run("run", data__smart_crop=True, data__crop_preset="wide")
    save_preset(home, CropPreset(name="wide", padding=0.1))
    assert folder.read_preset().padding == 0.5


def test_without_smart_crop_the_preset_is_the_centre(new_run: Prepare) -> None:
    assert new_run().read_preset().detector == "none"


def test_a_second_run_of_the_same_name_is_rejected(new_run: Prepare) -> None:
    new_run("run")
    with pytest.raises(BadInput, match="already"):
        new_run("run")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../out"])
def test_a_name_that_cannot_be_a_folder_is_rejected(new_run: Prepare, name: str) -> None:
    with pytest.raises(BadInput):
        new_run(name)


def test_a_missing_split_is_named(new_run: Prepare) -> None:
    with pytest.raises(BadInput, match="no split other"):
        new_run("run", data__split="other")
    with pytest.raises(BadInput, match=r"Set data\.split"):
        new_run("run", data__split=None)


def test_parts_of_different_class_maps_are_rejected(home: Home, new_run: Prepare) -> None:
    other = draw_split(home, "other")
    ClassMap(("Acer campestre", "Bellis perennis")).write(other.classes)
    with pytest.raises(ClassMapMismatch, match="another class map"):
        new_run(
            "run",
            data__train_jsonl="data/splits/small/train.jsonl",
            data__val_jsonl="data/splits/other/val.jsonl",
        )


def test_labels_that_contradict_the_class_map_are_rejected(
    home: Home, split: SplitFolder, new_run: Prepare
) -> None:
    lines = split.part("val").read_text().splitlines()
    wrong = json.loads(lines[0]) | {"label": 2}
    split.part("val").write_text("\n".join([json.dumps(wrong), *lines[1:]]))
    with pytest.raises(ClassMapMismatch, match="Line 1 of"):
        new_run()
    assert not (home.runs / "run").exists()


def test_a_manually_changed_class_map_is_rejected(split: SplitFolder, new_run: Prepare) -> None:
    content = json.loads(split.classes.read_text())
    content["species"].reverse()
    split.classes.write_text(json.dumps(content))
    with pytest.raises(ClassMapMismatch):
        new_run()


def test_a_part_without_photographs_is_rejected(split: SplitFolder, new_run: Prepare) -> None:
    write_part(split.part("val"), [])
    with pytest.raises(BadInput, match="holds no photograph"):
        new_run()


def test_a_single_species_is_rejected(split: SplitFolder, new_run: Prepare) -> None:
    ClassMap(("Rosa canina",)).write(split.classes)
    with pytest.raises(BadInput, match="needs at least two"):
        new_run()


def test_a_split_changed_after_the_run_was_made_is_rejected(
    home: Home, split: SplitFolder, new_run: Prepare
) -> None:
    folder = new_run()
    with split.part("train").open("a") as stream:
        stream.write("\n")
    with pytest.raises(BadInput, match="was changed"):
        folder.read_part(home, "train")


def test_files_given_by_absolute_path_are_used(
    home: Home, split: SplitFolder, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "split"
    shutil.copytree(split.root, elsewhere)
    files = {part: str(elsewhere / f"{part}.jsonl") for part in ("train", "val")}
    chosen = settings(data__train_jsonl=files["train"], data__val_jsonl=files["val"])
    folder = prepare(home, chosen, "run")
    assert yaml.safe_load(folder.config.read_text())["data"]["train_jsonl"] == files["train"]
    assert len(folder.read_part(home, "test")) == 6


def test_a_weights_file_is_resolved_and_stored_by_its_absolute_path(
    new_run: Prepare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "w.pth").touch()
    monkeypatch.chdir(tmp_path)
    weights = new_run("run", model__weights="w.pth").read_settings().model.weights
    assert weights == str(tmp_path / "w.pth")
    with pytest.raises(BadInput, match=r"other\.pth does not exist"):
        new_run("other", model__weights="other.pth")


def test_a_missing_run_is_named(home: Home) -> None:
    with pytest.raises(BadInput, match="no run 'nothing'"):
        run_folder(home, "nothing")
