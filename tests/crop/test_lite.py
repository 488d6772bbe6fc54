"""EfficientNet-Lite0 without torch, beside timm's with the same weights."""

import numpy as np
import timm
import torch

from engine.crop.lite import CHANNELS, installed_weights, lite_features
from engine.weights import match_weight_names, read_weights


def test_its_features_are_those_of_timms_network() -> None:
    path = installed_weights()
    assert path is not None
    network = timm.create_model("tf_efficientnet_lite0").eval()
    network.load_state_dict(
        match_weight_names(read_weights(path).tensors, network.state_dict(), path)
    )
    square = np.random.default_rng(0).integers(0, 256, (96, 96, 3), dtype=np.uint8)
    pixels = torch.from_numpy(square).permute(2, 0, 1)[None] / 127.5 - 1
    with torch.inference_mode():
        wanted = network.forward_intermediates(pixels, indices=[1, 2, 3], intermediates_only=True)
    found = lite_features(square)
    assert [len(level) for level in found] == list(CHANNELS)
    for ours, theirs in zip(found, wanted, strict=True):
        assert np.allclose(ours, theirs[0].numpy(), atol=1e-3)
