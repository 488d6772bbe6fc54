"""EfficientNet-Lite0 without torch, beside timm's with the same weights."""

import numpy as np
import pytest
import timm
import torch

from engine.crop.lite import CHANNELS, depthwise, features_of, installed_weights
from engine.weights import in_order, read_weights


def test_its_features_are_those_of_timms_network() -> None:
    path = installed_weights()
    assert path is not None
    network = timm.create_model("tf_efficientnet_lite0").eval()
    network.load_state_dict(in_order(read_weights(path).tensors, network.state_dict(), path))
    square = np.random.default_rng(0).integers(0, 256, (96, 96, 3), dtype=np.uint8)
    pixels = torch.from_numpy(square).permute(2, 0, 1)[None] / 127.5 - 1
    with torch.inference_mode():
        wanted = network.forward_intermediates(pixels, indices=[1, 2, 3], intermediates_only=True)
    found = features_of(square)
    assert [len(level) for level in found] == list(CHANNELS)
    for ours, theirs in zip(found, wanted, strict=True):
        assert np.allclose(ours, theirs[0].numpy(), atol=1e-3)


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("step", [1, 2])
def test_each_plane_is_convolved_by_its_own_kernel(kernel: int, step: int) -> None:
    chance = np.random.default_rng(kernel + step)
    planes, weights, bias = (
        chance.normal(size=shape).astype(np.float32)
        for shape in ((4, 12, 20), (4, kernel, kernel), (4,))
    )
    whole = kernel - step
    sides = (whole // 2, whole - whole // 2) * 2
    given = torch.nn.functional.pad(torch.from_numpy(planes), sides)[None]
    kernels = torch.from_numpy(weights)[:, None]
    wanted = torch.conv2d(given, kernels, torch.from_numpy(bias), stride=step, groups=4)
    wanted = wanted.clamp(0, 6)[0].numpy()
    assert np.allclose(depthwise(planes, weights, bias, step), wanted, atol=1e-5)
