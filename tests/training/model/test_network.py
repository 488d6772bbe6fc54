"""Building networks and loading their initial weights."""

import copy
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from pydantic import ValidationError
from safetensors.torch import save_file
from torch import nn

from engine.augment.normalisation import normalisation_of
from engine.errors import BadInput
from engine.settings.model import ModelSettings
from engine.settings.optimisation import TrainingSettings
from engine.split.classes import ClassMap
from engine.training.model.network import (
    build_model,
    is_convolutional,
    start_model,
    started_model,
)
from engine.training.model.trainable import train_mode
from tests.training.bad_weights import BAD_WEIGHTS

THREE = ClassMap(("Acer", "Bellis", "Cornus"))
TINY = {"embed_dim": 24, "depth": 1, "num_heads": 3}


def _vit(**changes: object) -> ModelSettings:
    values = {"name": "vit_tiny_patch16_224", "options": TINY, "pretrained": False, **changes}
    return ModelSettings.model_validate(values)


def _published(size: int, classes: int) -> nn.Module:
    torch.manual_seed(1)
    model: nn.Module = timm.create_model(
        "vit_tiny_patch16_224", img_size=size, num_classes=classes, **TINY
    )
    return model


def test_a_transformer_is_built_for_the_image_size() -> None:
    model = build_model(_vit(), classes=3, image_size=64)
    assert model(torch.zeros(2, 3, 64, 64)).shape == (2, 3)


def test_a_convolutional_network_accepts_any_size() -> None:
    model = build_model(ModelSettings(name="tf_efficientnet_lite0"), classes=3, image_size=64)
    assert model(torch.zeros(2, 3, 64, 64)).shape == (2, 3)
    assert is_convolutional(model)
    assert not is_convolutional(build_model(_vit(), 3, 64))


def test_a_misspelt_network_is_named_with_the_nearest() -> None:
    with pytest.raises(BadInput, match="Did you mean vit_base_patch16_384"):
        build_model(ModelSettings(name="vit_base_patch16_38"), 3, 64)


def test_an_option_that_the_network_does_not_accept_is_named() -> None:
    with pytest.raises(BadInput, match="petals"):
        build_model(_vit(options={"petals": 5}), 3, 64)


def test_pixels_are_normalised_as_in_pretraining() -> None:
    normalise = normalisation_of(build_model(_vit(), 3, 64))
    images = torch.tensor([0, 255], dtype=torch.uint8).repeat(1, 3, 1, 1)
    assert normalise(images).flatten().tolist() == [-1, 1, -1, 1, -1, 1]


def test_pixels_are_normalised_by_the_values_of_the_settings() -> None:
    settings = _vit(mean=(0.5, 0.25, 0.0), std=(0.5, 0.25, 0.5))
    model = build_model(settings, 3, 64)
    images = torch.tensor([0, 255], dtype=torch.uint8).repeat(1, 3, 1, 1)
    assert normalisation_of(model)(images).flatten().tolist() == [-1, 1, -1, 3, 0, 2]
    assert normalisation_of(copy.deepcopy(model)) == normalisation_of(model)


def test_a_mean_needs_a_deviation() -> None:
    with pytest.raises(ValidationError, match=r"Give mean and std together\."):
        _vit(mean=(0.5, 0.5, 0.5))


def _checkpoint(file: Path, size: int, classes: int) -> nn.Module:
    """Write what a training script with timm saves: the weights among other values."""
    model = _published(size, classes)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
    model(torch.rand(1, 3, size, size)).sum().backward()
    optimiser.step()
    content = {
        "model_state_dict": model.state_dict(),
        "optimizer_state_dict": optimiser.state_dict(),
        "config": {"model": {"name": "vit_tiny"}, "output": {"dir": Path("checkpoints")}},
        "metrics": {"top1_acc": np.float64(0.7), "per_class": np.ones(3, np.float32)},
        "history": defaultdict(list, {"loss": [0.5]}),
        "epoch": 3,
    }
    torch.save(content, file)
    return model


def test_a_checkpoint_of_a_training_script_is_loaded_at_another_size(tmp_path: Path) -> None:
    file = tmp_path / "best_model.pt"
    small = _checkpoint(file, 32, classes=7).state_dict()
    model, said = started_model(_vit(weights=str(file)), THREE, 48)
    large = model.state_dict()
    assert small["pos_embed"].shape == (1, 5, 24) and large["pos_embed"].shape == (1, 10, 24)
    assert torch.equal(large["pos_embed"][:, 0], small["pos_embed"][:, 0])
    assert large["pos_embed"].std() > 0.01, "resampled, not new"
    same = [name for name in small if name != "pos_embed" and not name.startswith("head.")]
    assert all(torch.equal(small[name], large[name]) for name in same)
    assert large["head.weight"].shape == (3, 24)
    assert str(said) == (
        "best_model.pt fits the network; its classifier is for other classes and is replaced"
    )


def test_a_classifier_of_as_many_classes_is_kept_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "best_model.pt"
    small = _checkpoint(file, 32, classes=3).state_dict()
    model, said = started_model(_vit(weights=str(file)), THREE, 32)
    assert torch.equal(model.state_dict()["head.weight"], small["head.weight"])
    assert "its 3 classes are these, in this order, is not known" in str(said)
    assert any(record.levelname == "WARNING" for record in caplog.records)


@pytest.mark.parametrize("suffix", [".safetensors", ".pth", ".bin"])
def test_a_local_file_is_loaded_by_name(tmp_path: Path, suffix: str) -> None:
    source = _published(64, 3)
    file = tmp_path / f"weights{suffix}"
    if suffix == ".safetensors":
        save_file(source.state_dict(), file)
    else:
        torch.save({"state_dict": source.state_dict()}, file)
    model = start_model(_vit(weights=str(file)), THREE, 64)
    assert all(torch.equal(a, b) for a, b in zip(_values(model), _values(source), strict=True))


def test_position_embeddings_are_resampled_to_another_size(tmp_path: Path) -> None:
    source = _published(96, 3)
    torch.save(source.state_dict(), tmp_path / "w.pth")
    model = start_model(_vit(weights=str(tmp_path / "w.pth")), THREE, 64)
    assert model.get_parameter("pos_embed").shape == (1, 17, 24)
    assert torch.equal(
        model.get_parameter("blocks.0.attn.qkv.weight"),
        source.get_parameter("blocks.0.attn.qkv.weight"),
    )


def test_a_classifier_of_other_classes_is_left_out_and_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = _published(64, 10)
    torch.save(source.state_dict(), tmp_path / "w.pth")
    with caplog.at_level("INFO"):
        model = start_model(_vit(weights=str(tmp_path / "w.pth")), THREE, 64)
    assert model.get_parameter("head.weight").shape == (3, 24)
    assert torch.equal(model.get_parameter("cls_token"), source.get_parameter("cls_token"))
    assert "classifier is for other classes" in caplog.text
    # It is initialised with zeros: no species is preferred.
    assert not model(torch.rand(1, 3, 64, 64)).any()


def test_tensors_with_other_names_are_matched_in_their_order(tmp_path: Path) -> None:
    source = _published(64, 10).state_dict()
    renamed = {f"layer{number}": value for number, value in enumerate(source.values())}
    torch.save(renamed, tmp_path / "w.pth")
    model = start_model(_vit(weights=str(tmp_path / "w.pth")), THREE, 64)
    assert torch.equal(
        model.get_parameter("blocks.0.mlp.fc1.weight"), source["blocks.0.mlp.fc1.weight"]
    )


def test_weights_of_another_network_are_rejected(tmp_path: Path) -> None:
    torch.save({"a": torch.zeros(3), "b": torch.zeros(4)}, tmp_path / "w.pth")
    with pytest.raises(BadInput, match="belongs to another network"):
        start_model(_vit(weights=str(tmp_path / "w.pth")), THREE, 64)
    other = timm.create_model("vit_tiny_patch16_224", img_size=64, **TINY | {"embed_dim": 48})
    torch.save(other.state_dict(), tmp_path / "w.pth")
    with pytest.raises(BadInput, match="belongs to another network"):
        start_model(_vit(weights=str(tmp_path / "w.pth")), THREE, 64)


@pytest.mark.parametrize("name", BAD_WEIGHTS)
def test_a_bad_weights_file_is_rejected_and_never_executed(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(BAD_WEIGHTS[name](tmp_path / "sprung"))
    with pytest.raises(BadInput, match="is damaged or is not a weights file"):
        start_model(_vit(weights=str(file)), THREE, 64)
    assert not (tmp_path / "sprung").exists()


def test_a_missing_weights_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not exist"):
        start_model(_vit(weights=str(tmp_path / "none.pth")), THREE, 64)


def test_a_network_without_published_weights_is_named() -> None:
    name = "mobilenetv2_035"
    assert not timm.is_model_pretrained(name)
    with pytest.raises(BadInput, match=f"{name} has no published weights"):
        start_model(ModelSettings(name=name), THREE, 224)


def test_unavailable_published_weights_are_reported_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(BadInput, match=r"set model\.pretrained to false"):
        start_model(_vit(pretrained=True, options={}), THREE, 224)


def test_frozen_batch_statistics_do_not_change() -> None:
    model = build_model(ModelSettings(name="tf_efficientnet_lite0"), 3, 32)
    before = model.get_buffer("bn1.running_mean").clone()
    train_mode(model, TrainingSettings(frozen_statistics=True))
    model(torch.rand(4, 3, 32, 32))
    assert model.training
    assert torch.equal(model.get_buffer("bn1.running_mean"), before)
    train_mode(model, TrainingSettings())
    model(torch.rand(4, 3, 32, 32))
    assert not torch.equal(model.get_buffer("bn1.running_mean"), before)


def _values(model: nn.Module) -> list[torch.Tensor]:
    return list(model.state_dict().values())
