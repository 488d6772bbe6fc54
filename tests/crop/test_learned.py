"""The small network that finds the subject without torch."""

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.crop.training import Network
from engine.crop.learned import convolved, learned_saliency, networks, scores_of
from engine.crop.lite import CHANNELS


def test_it_says_what_the_network_that_was_trained_says() -> None:
    chance = torch.Generator().manual_seed(0)
    sides = (12, 6, 3)
    features = [
        torch.randn(count, side, side, generator=chance)
        for count, side in zip(CHANNELS, sides, strict=True)
    ]
    torch.manual_seed(1)
    means, spreads = zip(*((torch.randn(n), torch.rand(n) + 0.5) for n in CHANNELS), strict=True)
    network = Network(list(means), list(spreads)).eval()
    with torch.inference_mode():
        wanted = network([level[None] for level in features])[0].numpy()
    found = scores_of([level.numpy() for level in features], network.weights())
    assert found.shape == (12, 12)
    assert np.allclose(found, wanted, atol=1e-4)
    for kept in networks():
        assert {name: value.shape for name, value in network.weights().items()} == {
            name: value.shape for name, value in kept.items()
        }


def test_a_convolution_is_torchs_with_a_rectifier() -> None:
    chance = np.random.default_rng(3)
    given, weights, bias = (
        chance.normal(size=shape).astype(np.float32) for shape in ((5, 12, 8), (7, 5, 3, 3), (7,))
    )
    tensors = [torch.from_numpy(each) for each in (given, weights, bias)]
    wanted = torch.conv2d(tensors[0][None], *tensors[1:], padding=1)[0].relu()
    assert np.allclose(convolved(given, weights, bias), wanted.numpy(), atol=1e-4)


def test_a_map_has_the_shape_of_the_photograph_whatever_its_size() -> None:
    for width, height, shape in ((300, 200, (64, 96)), (30, 60, (96, 48)), (2000, 20, (1, 96))):
        found = learned_saliency(picture(width, height))
        assert found.shape == shape
        assert 0 <= found.min() <= found.max() <= 1


def picture(width: int, height: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
