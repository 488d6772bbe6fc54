"""Settings from YAML and from key=value arguments, and their error messages."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as some

from engine.errors import BadInput
from engine.language.current import language_set
from engine.settings.crop import CropPreset
from engine.settings.files import load, overlaid, read_yaml, save, validate
from engine.settings.run import RunSettings

# The keys of the configurations that this studio is based on.
TEACHER = """
model:
  name: vit_base_patch16_384
training:
  batch_size: 8
data:
  image_size: 384
  train_jsonl: data/train.jsonl
  val_jsonl: data/val.jsonl
  smart_crop: true
augmentation:
  train:
    resize: 448
    crop: 384
  val:
    resize: 448
    center_crop: 384
"""


@pytest.fixture
def teacher(tmp_path: Path) -> Path:
    file = tmp_path / "teacher.yaml"
    file.write_text(TEACHER)
    return file


def refusal(values: dict[str, Any]) -> str:
    with pytest.raises(BadInput) as caught:
        validate(RunSettings, values, "run.yaml")
    sentence = str(caught.value)
    assert sentence.startswith("run.yaml: ")
    assert sentence.endswith((".", "?"))
    assert "\n" not in sentence
    return sentence


def test_configuration_keys_of_other_projects_load_unchanged(teacher: Path) -> None:
    run = load(RunSettings, teacher)
    assert run.model.name == "vit_base_patch16_384"
    assert run.training.batch_size == 8
    assert (run.data.train_jsonl, run.data.val_jsonl) == ("data/train.jsonl", "data/val.jsonl")
    assert run.data.image_size == 384
    assert run.data.smart_crop is True
    assert (run.augmentation.train.resize, run.augmentation.train.crop) == (448, 384)
    assert (run.augmentation.val.resize, run.augmentation.val.center_crop) == (448, 384)


def test_an_older_version_of_the_teacher_configuration_loads_too(teacher: Path) -> None:
    text = (
        TEACHER.replace("384", "224")
        .replace("448", "256")
        .replace("batch_size: 8", "batch_size: 16")
    )
    teacher.write_text(text)
    run = load(RunSettings, teacher)
    assert (run.model.name, run.training.batch_size) == ("vit_base_patch16_224", 16)
    assert (run.data.image_size, run.augmentation.val.resize) == (224, 256)


def test_saved_settings_are_loaded_again(teacher: Path, tmp_path: Path) -> None:
    run = load(RunSettings, teacher, ["model.options={depth: 4, scale: 0.5, bias: true}"])
    save(run, tmp_path / "again.yaml")
    assert load(RunSettings, tmp_path / "again.yaml") == run


@given(
    threshold=some.floats(0.05, 0.95),
    padding=some.floats(0, 1),
    side=some.none() | some.integers(64, 4096),
    detector=some.sampled_from(["fine_grained", "spectral_residual", "none"]),
)
def test_any_preset_survives_saving_and_loading(
    tmp_path_factory: pytest.TempPathFactory,
    threshold: float,
    padding: float,
    side: int | None,
    detector: str,
) -> None:
    file = tmp_path_factory.getbasetemp() / "preset.yaml"
    values = {
        "detector": detector,
        "threshold": threshold,
        "padding": padding,
        "working_side": side,
    }
    preset = validate(CropPreset, values, "test")
    save(preset, file)
    assert load(CropPreset, file) == preset


def test_an_empty_file_and_an_empty_group_mean_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "empty.yaml"
    for text in ("", "# nothing here\n", "training:\n  # batch_size: 8\nmodel:\n  options:\n"):
        file.write_text(text)
        assert load(RunSettings, file) == RunSettings()


def test_a_misspelt_key_is_rejected_with_the_likely_one() -> None:
    assert refusal({"training": {"batchsize": 8}}) == (
        "run.yaml: training.batchsize is not a setting. Did you mean training.batch_size?"
    )


def test_a_key_in_the_wrong_group_is_rejected_with_its_place() -> None:
    assert refusal({"batch_size": 8}) == (
        "run.yaml: batch_size is not a setting. Did you mean training.batch_size?"
    )
    assert "Did you mean augmentation.val.center_crop?" in refusal({"data": {"center_crop": 224}})


def test_a_key_without_a_similar_one_is_rejected_without_a_guess() -> None:
    assert refusal({"training": {"zzz": 8}}) == "run.yaml: training.zzz is not a setting."


@pytest.mark.parametrize(
    ("values", "key", "value"),
    [
        ({"training": {"epochs": "many"}}, "training.epochs", "'many'"),
        ({"training": {"epochs": 1.5}}, "training.epochs", "1.5"),
        ({"training": {"epochs": True}}, "training.epochs", "True"),
        ({"training": {"epochs": None}}, "training.epochs", "None"),
        ({"training": {"epochs": 0}}, "training.epochs", "0"),
        ({"training": {"epochs": "9" * 5000}}, "training.epochs", "'9999"),
        ({"training": {"learning_rate": float("nan")}}, "training.learning_rate", "nan"),
        ({"training": {"warmup_epochs": float("inf")}}, "training.warmup_epochs", "inf"),
        ({"training": {"clip_norm": -1}}, "training.clip_norm", "-1"),
        ({"training": {"precision": "fp8"}}, "training.precision", "'fp8'"),
        ({"training": 5}, "training", "5"),
        ({"training": [1, 2]}, "training", "[1, 2]"),
        ({"data": {"smart_crop": "maybe"}}, "data.smart_crop", "'maybe'"),
        ({"data": {"image_size": 224}}, "data.image_size", "224"),
        ({"data": {"train_jsonl": "a"}}, "data.val_jsonl", ""),
        ({"model": {"name": 3}}, "model.name", "3"),
        ({"model": {"name": ""}}, "model.name", "must not be empty"),
        ({"model": {"options": {"depth": [1]}}}, "model.options.depth", "[1]"),
        ({"augmentation": {"train": {"crop": 500}}}, "augmentation.train", "500"),
        ({"augmentation": {"train": {"scale": [0.7]}}}, "augmentation.train.scale", "[0.7]"),
        ({"augmentation": {"train": {"scale": [0.9, 0.1]}}}, "augmentation.train", "0.9"),
        (
            {"augmentation": {"train": {"scale": [1, 1, 1]}}},
            "augmentation.train.scale",
            "[1, 1, 1]",
        ),
        ({"augmentation": {"val": {"center_crop": 500}}}, "augmentation.val", "500"),
        ({"name": "a/b"}, "name", "'a/b'"),
        ({"name": "../escape"}, "name", "'../escape'"),
        ({1: 2}, "1", "1"),
    ],
)
def test_an_invalid_value_is_rejected_with_its_key_and_value(
    values: dict[str, Any], key: str, value: str
) -> None:
    sentence = refusal(values)
    assert key in sentence
    assert value in sentence
    assert len(sentence) < 250


def test_a_missing_file_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"The settings file .*gone\.yaml does not exist\.$"):
        load(RunSettings, tmp_path / "gone.yaml")


def test_a_folder_in_place_of_a_file_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        load(RunSettings, tmp_path)


@pytest.mark.parametrize("text", ["- a\n- b\n", "just words", "3", "[]"])
def test_a_file_without_a_mapping_is_rejected(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(BadInput, match=r"a\.yaml must hold settings, each as `key: value`\.$"):
        read_yaml(tmp_path / "a.yaml")


@pytest.mark.parametrize(
    "text", ["a: [1", "a: b: c", "\tx: 1", "a: !!python/object:os.system 1", "\x00"]
)
def test_a_file_that_is_not_yaml_is_rejected_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(BadInput, match=r"a\.yaml is not valid YAML: .*\.$") as caught:
        read_yaml(tmp_path / "a.yaml")
    assert "\n" not in str(caught.value)


def test_bytes_that_are_not_text_are_rejected(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"name: \xff")
    with pytest.raises(BadInput, match="cannot be read"):
        read_yaml(tmp_path / "a.yaml")


def test_changes_override_the_file(teacher: Path) -> None:
    run = load(
        RunSettings,
        teacher,
        [
            "training.batch_size=2",
            "data.smart_crop=false",
            "training.learning_rate=5e-5",
            "training.clip_norm=",
            "model.options.depth=3",
            "description=a=b",
        ],
    )
    assert run.training.batch_size == 2
    assert run.data.smart_crop is False
    assert run.training.learning_rate == 5e-5
    assert run.training.clip_norm is None
    assert run.model.options == {"depth": 3}
    assert run.description == "a=b"
    assert run.augmentation.train.resize == 448


def test_changes_do_not_modify_the_original_settings(teacher: Path) -> None:
    run = load(RunSettings, teacher)
    changed = overlaid(run, ["training.epochs=3", "name=other"], "The changes")
    assert (changed.training.epochs, changed.name) == (3, "other")
    assert overlaid(changed, [], "The changes") == changed
    assert run == load(RunSettings, teacher)
    with pytest.raises(
        BadInput, match=r"^The changes: training\.epochs must be 1 to 10,000, not 0\.$"
    ):
        overlaid(run, ["training.epochs=0"], "The changes")


def test_a_change_below_an_empty_group_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("training:\n")
    assert load(RunSettings, tmp_path / "a.yaml", ["training.epochs=3"]).training.epochs == 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("training.batch_size", "Write it as key=value"),
        ("=3", "Write it as key=value"),
        ("training.epochs=[1", "not valid YAML"),
        ("model.name.deeper=1", "name is not a group of settings"),
        ("training.epoch=1", r"Did you mean training.epochs\?"),
        ("training.epochs=0", "training.epochs must be 1 to 10,000, not 0"),
    ],
)
def test_an_invalid_change_is_rejected(teacher: Path, change: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        load(RunSettings, teacher, [change])


def test_a_rejected_change_does_not_modify_the_file(teacher: Path) -> None:
    with pytest.raises(BadInput):
        load(RunSettings, teacher, ["training.epochs=0"])
    assert yaml.safe_load(teacher.read_text()) == yaml.safe_load(TEACHER)


def test_a_fault_of_yaml_is_placed_in_the_readers_language(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("name: a\nb: c: d\n")
    with pytest.raises(BadInput) as caught:
        read_yaml(tmp_path / "a.yaml")
    assert str(caught.value).endswith(
        "is not valid YAML: “mapping values are not allowed in this context” in line 2, column 5."
    )
    with language_set("es"):
        assert str(caught.value).endswith("en la línea 2, columna 5.")
