"""The cost of a configuration, compared with published measurements."""

import pytest

from engine.errors import BadInput
from engine.settings.files import validate
from engine.settings.run import RunSettings
from engine.training.memory.estimate import estimate_cost

GIB = 2**30
MIB = 2**20


def _settings(name: str, size: int, adapter: str = "none", **training: object) -> RunSettings:
    values = {
        "model": {"name": name, "adapter": adapter},
        "data": {"image_size": size},
        "augmentation": {
            "train": {"resize": size, "crop": size},
            "val": {"resize": size, "center_crop": size},
        },
        "training": {"batch_size": 8, **training},
    }
    return validate(RunSettings, values, "the test")


@pytest.mark.parametrize(
    ("name", "size", "checkpointing", "gibibytes"),
    [
        ("vit_base_patch16_384", 384, False, 2.97),
        ("vit_base_patch16_384", 384, True, 1.54),
        ("vit_small_patch16_384", 384, False, 1.13),
        ("vit_base_patch16_224", 224, False, 2.01),
        ("convnext_tiny", 384, False, 1.77),
    ],
)
def test_memory_agrees_with_known_networks_at_batch_8(
    name: str, size: int, checkpointing: bool, gibibytes: float
) -> None:
    found = estimate_cost(_settings(name, size, gradient_checkpointing=checkpointing), classes=5914)
    assert found.memory / GIB == pytest.approx(gibibytes, rel=0.01)


@pytest.mark.parametrize(
    ("method", "adapter", "gibibytes"),
    [("adapters", "lora", 1.60), ("last_blocks", "none", 1.26)],
)
def test_frozen_layers_take_no_memory_except_their_weights(
    method: str, adapter: str, gibibytes: float
) -> None:
    settings = _settings("vit_base_patch16_384", 384, adapter, method=method)
    found = estimate_cost(settings, classes=5914)
    assert found.memory / GIB == pytest.approx(gibibytes, rel=0.01)
    assert found.learning < found.parameters / 2


def test_the_stage_with_the_largest_memory_is_reported() -> None:
    stages = [
        {"name": "probe", "method": "features"},
        {"name": "all", "method": "full"},
        {"name": "again", "method": "head"},
    ]
    found = estimate_cost(_settings("vit_tiny_patch16_224", 224, stages=stages), classes=10)
    assert found.stage == "all"
    assert found.memory == estimate_cost(_settings("vit_tiny_patch16_224", 224), classes=10).memory


def test_the_pass_that_computes_features_counts() -> None:
    found = estimate_cost(_settings("vit_base_patch16_384", 384, method="features"), classes=5914)
    # The memory of a block for 577 tokens: its inputs and outputs in 32 bit, and four times its
    # width before and after the activation in 16 bit.
    block = 577 * (768 * 4 + 2 * 4 * 768 * 2)
    assert found.features_pass / 16 == pytest.approx(block, rel=0.8)
    assert found.features_pass / 16 > block
    assert found.memory == found.weights_and_optimiser + found.features_pass
    head = estimate_cost(_settings("vit_base_patch16_384", 384, method="head"), classes=5914)
    assert head.features_pass == 0


def test_a_vision_transformer_is_counted() -> None:
    found = estimate_cost(_settings("vit_base_patch16_384", 384), classes=5914)
    assert (found.pixels, found.tokens) == (384 * 384, 577)
    assert found.parameters == pytest.approx(90.6e6, rel=0.01)
    assert found.activations_per_image / MIB == pytest.approx(186, rel=0.01)
    # 55.5 billion multiply-adds in the forward pass, as its authors count them.
    assert found.flops_per_image == pytest.approx(3 * 2 * 55.5e9, rel=0.02)


def test_32_bit_arithmetic_takes_more() -> None:
    half = estimate_cost(_settings("vit_tiny_patch16_224", 224), classes=10)
    full = estimate_cost(_settings("vit_tiny_patch16_224", 224, precision="fp32"), classes=10)
    assert full.activations_per_image > 1.6 * half.activations_per_image
    assert (half.precision, full.precision) == ("16 bit", "32 bit")


def test_an_unknown_network_is_named() -> None:
    with pytest.raises(BadInput, match="timm has no network"):
        estimate_cost(_settings("vit_enormous", 224), classes=10)
