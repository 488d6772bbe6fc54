"""Configurations in the format of another training project load unchanged."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.errors import BadInput
from engine.language.message import Message
from engine.settings.configs import CONFIGS
from engine.settings.fields import fields_of
from engine.settings.files import as_yaml, load, read_yaml
from engine.settings.foreign import (
    GROUPS,
    INSTEAD,
    KEYS,
    RENAMED,
    Configuration,
    is_foreign,
    load_configuration,
)
from engine.settings.run import RunSettings

FILES = Path(__file__).parents[1] / "fixtures" / "configurations"
NAMES = ("teacher_global", "teacher_regional", "teacher_core", "student")


def opened(name: str, *changes: str) -> Configuration:
    return load_configuration(FILES / f"{name}.yaml", changes)


def changed(tmp_path: Path, name: str, group: str, values: dict[str, Any]) -> Path:
    content = yaml.safe_load((FILES / f"{name}.yaml").read_text())
    content.setdefault(group, {}).update(values)
    file = tmp_path / "changed.yaml"
    file.write_text(yaml.safe_dump(content))
    return file


def leaves(values: dict[str, Any], prefix: str = "") -> list[str]:
    found: list[str] = []
    for key, value in values.items():
        inner = isinstance(value, dict)
        found += leaves(value, f"{prefix}{key}.") if inner else [prefix + key]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_a_setting_or_is_named_in_the_one_message(name: str) -> None:
    configuration = opened(name)
    assert configuration.notice is not None
    said = {key for each in configuration.notice.replacements for key in each.keys}
    own = {key for key, _ in fields_of(RunSettings)}
    jitter = "augmentation.train.color_jitter"
    for key in leaves(read_yaml(FILES / f"{name}.yaml")):
        is_read = key in own or key in RENAMED or key.startswith(("augmentation.val.norm", jitter))
        assert is_read or key in said or key == "callbacks.early_stopping", key
    text = configuration.notice.text(Message.in_english)
    assert text.startswith(f"{name}.yaml is in the format of another project.")
    assert all(key in text for key in said)


def test_the_values_of_the_teacher_are_those_of_its_file() -> None:
    run = opened("teacher_global").settings
    assert (run.name, run.model.name) == ("teacher_global", "vit_base_patch16_384")
    training, train = run.training, run.augmentation.train
    assert (training.learning_rate, training.batch_size, training.epochs) == (3e-5, 4, 10)
    assert (training.warmup_epochs, training.optimiser, training.weight_decay) == (2, "adamw", 0.05)
    assert (training.clip_norm, training.label_smoothing, training.patience) == (1, 0.1, 3)
    assert (training.log_every, training.tensorboard) == (100, True)
    assert (training.device, training.precision, training.compile) == ("auto", "auto", False)
    assert (run.data.train_jsonl, run.data.val_jsonl) == (
        "./data/all_train.jsonl",
        "./data/all_val.jsonl",
    )
    assert (run.data.image_size, run.data.workers, run.data.smart_crop) == (384, 6, True)
    assert (train.resize, train.crop, train.flip, train.vertical_flip) == (448, 384, True, 0.2)
    assert (train.rotation, train.color_jitter, train.hue) == (20, 0.3, 0.15)
    assert train.extra == {"blur": 0.1}
    assert (train.mixup, train.cutmix, train.mix_probability) == (1.0, 1.2, 0.5)
    assert train.unmixed_epochs == 0
    assert run.model.drop_rate == 0.3
    assert run.model.mean == (0.485, 0.456, 0.406)
    assert run.model.std == (0.229, 0.224, 0.225)


def test_a_regional_teacher_starts_from_a_checkpoint_and_has_a_region() -> None:
    run = opened("teacher_regional").settings
    assert run.model.weights == "./checkpoints/global/best_model.pt"
    assert run.data.region == "EU_SW"


def test_an_absent_smart_crop_means_off_and_the_message_says_so() -> None:
    configuration = opened("teacher_regional")
    assert configuration.settings.data.smart_crop is False
    assert configuration.notice is not None
    (said,) = [each for each in configuration.notice.replacements if "data.smart_crop" in each.keys]
    assert said.instead.in_english() == (
        "It is absent, which means off there: photographs are cropped to the centre."
    )
    named = opened("teacher_global").notice
    assert named is not None
    assert not [each for each in named.replacements if "data.smart_crop" in each.keys]


def test_in_a_file_of_the_studio_an_absent_smart_crop_stays_on(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("training:\n  epochs: 3\n")
    assert load_configuration(file) == Configuration(
        RunSettings.model_validate({"training": {"epochs": 3}})
    )


@pytest.mark.parametrize("file", sorted(CONFIGS.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_configurations_of_the_studio_are_in_its_own_format(file: Path) -> None:
    if file.stem != "studio":
        found = load_configuration(file)
        assert found == Configuration(load(RunSettings, file))


@pytest.mark.parametrize("name", NAMES)
def test_a_translated_configuration_is_in_the_format_of_the_studio(
    name: str, tmp_path: Path
) -> None:
    settings = opened(name).settings
    (tmp_path / "again.yaml").write_text(as_yaml(settings))
    assert load_configuration(tmp_path / "again.yaml") == Configuration(settings)


def test_no_key_of_the_other_format_is_a_setting_and_each_becomes_one() -> None:
    own = {key for key, _ in fields_of(RunSettings)}
    assert not KEYS & own
    assert set(RENAMED.values()) - {"augmentation.train.extra.blur"} <= own
    assert not set(INSTEAD) & set(RENAMED)
    assert {
        *("regularization", "callbacks", "logging", "device", "output"),
        *("loss", "soft_labels", "inference"),
    } == GROUPS


@pytest.mark.parametrize(
    ("group", "values", "sentence"),
    [
        ("training", {"batchsize": 8}, "training.batchsize is not a setting. Did you mean"),
        (
            "regularization",
            {"droput": 0.1},
            "regularization.droput is not a setting. Did you mean regularization.dropout?",
        ),
        ("callback", {"save_best": True}, "callback is not a setting."),
        ("regularization", {"dropout": 2}, "regularization.dropout must be at least 0"),
        ("data", {"num_workers": "many"}, "data.num_workers must be a whole number"),
        ("training", {"optimizer": "adamx"}, "training.optimizer must be adamw or sgd"),
    ],
)
def test_a_slip_in_such_a_file_is_refused_by_its_own_name(
    tmp_path: Path, group: str, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadInput) as caught:
        load_configuration(changed(tmp_path, "teacher_global", group, values))
    assert sentence in str(caught.value)


def test_a_slip_in_a_colour_jitter_is_refused(tmp_path: Path) -> None:
    train = yaml.safe_load((FILES / "student.yaml").read_text())["augmentation"]["train"]
    train["color_jitter"]["brightnes"] = 0.1
    with pytest.raises(BadInput, match=r"color_jitter\.brightnes is not a setting"):
        load_configuration(changed(tmp_path, "student", "augmentation", {"train": train}))


def test_a_single_slip_in_a_file_of_the_studio_stays_an_error(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    for text, key in (
        ("training:\n  optimizer: adamw\n", "training.optimizer"),
        ("loss: focal\n", "loss"),
        ("device: cuda\n", "device"),
    ):
        file.write_text(text)
        with pytest.raises(BadInput, match=f"{key} is not a setting"):
            load_configuration(file)
    assert not is_foreign({"training": {"optimizer": "adamw"}})


def test_differences_of_value_are_said(tmp_path: Path) -> None:
    train = {"horizontal_flip": 0.3, "color_jitter": {"brightness": 0.3, "contrast": 0.1}}
    train |= {"resize": 448, "crop": 384}
    file = changed(tmp_path, "teacher_global", "augmentation", {"train": train})
    found = load_configuration(file)
    assert found.settings.augmentation.train.color_jitter == pytest.approx(0.1333)
    assert found.settings.augmentation.train.flip
    assert found.notice is not None
    said = {key: str(each.instead) for each in found.notice.replacements for key in each.keys}
    assert "probability 0.5" in said["augmentation.train.horizontal_flip"]
    assert "mean of 0.1333" in said["augmentation.train.color_jitter"]
    assert found.settings.model.mean == (0.485, 0.456, 0.406), "from validation"


def test_what_is_off_or_absent_there_is_off_here(tmp_path: Path) -> None:
    train = {"resize": 448, "crop": 384}
    content = yaml.safe_load((FILES / "teacher_global.yaml").read_text())
    content["augmentation"]["train"] = train
    content["callbacks"]["early_stopping"] = False
    content["training"]["gradient_clip"] = 0
    content["device"] = {"type": "mps", "mixed_precision": False}
    file = tmp_path / "plain.yaml"
    file.write_text(yaml.safe_dump(content))
    run = load_configuration(file).settings
    assert (run.augmentation.train.flip, run.augmentation.train.color_jitter) == (False, 0)
    assert (run.training.patience, run.training.clip_norm) == (None, None)
    assert (run.training.device, run.training.precision) == ("auto", "fp32")


def test_changes_are_given_with_keys_of_either_format() -> None:
    run = opened(
        "teacher_global",
        "device.type=cpu",
        "training.epochs=2",
        "data.workers=0",
        "augmentation.train.color_jitter=0.05",
    ).settings
    assert (run.training.device, run.training.epochs, run.data.workers) == ("cpu", 2, 0)
    assert run.augmentation.train.color_jitter == 0.05


def test_keys_with_the_same_answer_are_said_once() -> None:
    notice = opened("student").notice
    assert notice is not None
    (labels,) = [each for each in notice.replacements if "loss.alpha" in each.keys]
    assert labels.keys == ("loss.alpha", "loss.beta", "loss.temperature", "soft_labels.path")
    sentences = [str(each.instead) for each in notice.replacements]
    assert len(sentences) == len(set(sentences))
