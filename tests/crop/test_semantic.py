"""Saliency from the features of a trained network."""

from pathlib import Path

import numpy as np
import pytest
import timm
import torch

from engine.crop.finder import find_crop
from engine.crop.presets import SEMANTIC
from engine.crop.semantic.backbone import load_backbone
from engine.crop.semantic.saliency import border_distance, strength
from engine.errors import BadInput
from engine.settings.crop import USUAL_NETWORK, CropPreset


def flower() -> np.ndarray:
    y, x = np.mgrid[:300, :400]
    picture = np.full((300, 400, 3), (60, 90, 50), np.uint8)
    picture[(x - 110) ** 2 + (y - 130) ** 2 < 60**2] = (240, 220, 40)
    return picture


def test_the_usual_network_comes_with_the_studio_and_keeps_the_plant() -> None:
    square = find_crop(flower(), SEMANTIC).square
    assert square.width == square.height < 300
    assert square.x <= 60
    assert square.right >= 160
    assert (square.y <= 80, square.bottom >= 180) == (True, True)


@pytest.mark.parametrize("name", ["test_vit", "test_resnet", "test_convnext"])
def test_any_network_serves_with_a_local_file(name: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    file = tmp_path / f"{name}.pth"
    torch.save(timm.create_model(name, num_classes=7).state_dict(), file)
    preset = SEMANTIC.looking_through(name, str(file))
    assert (preset.network, preset.weights) == (name, str(file))
    assert preset.fingerprint != SEMANTIC.fingerprint
    square = find_crop(flower(), preset).square
    assert 0 <= square.x < square.right <= 400


def test_a_named_network_is_looked_through_by_semantic_presets_that_name_none() -> None:
    own = SEMANTIC.model_copy(update={"network": "test_vit"})
    assert own.looking_through("test_resnet", None) == own
    assert SEMANTIC.looking_through(USUAL_NETWORK, None) == SEMANTIC
    assert CropPreset().looking_through("test_vit", None) == CropPreset()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("no_such_network", None, "timm knows no network 'no_such_network'"),
        ("test_vit", b"", "holds no weights that can be read"),
    ],
)
def test_what_cannot_be_looked_through_is_said(
    name: str, content: bytes | None, sentence: str, tmp_path: Path
) -> None:
    file = tmp_path / "weights.pth"
    file.write_bytes(content or b"")
    with pytest.raises(BadInput, match=sentence):
        load_backbone(name, None if content is None else str(file))


def test_what_is_unlike_the_border_and_strong_stands_out() -> None:
    features = np.random.default_rng(0).normal(0, 0.1, (16, 8, 8)).astype(np.float32)
    features[:8] += 1
    features[:8, 3:5, 3:5] -= 1
    features[8:, 3:5, 3:5] += 4
    for found in (strength(features), border_distance(features)):
        assert found.shape == (8, 8)
        assert found[3:5, 3:5].min() > found[0].max()
