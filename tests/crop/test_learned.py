"""The small network that finds the subject without torch."""

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.crop.training import Network
from engine.crop.learned import convolved, learned_saliency, networks, planes_of, scores_of


def picture(width: int, height: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_it_says_what_the_network_that_was_trained_says() -> None:
    planes = planes_of(picture(120, 90))
    for weights in networks():
        network = Network().eval()
        network.load_state_dict({name: torch.from_numpy(each) for name, each in weights.items()})
        with torch.inference_mode():
            wanted = network(torch.from_numpy(planes)[None])[0].numpy()
        assert np.allclose(scores_of(planes, weights), wanted, atol=1e-4)


def test_a_convolution_is_torchs_with_a_rectifier() -> None:
    chance = np.random.default_rng(3)
    given, weights, bias = (
        chance.normal(size=shape).astype(np.float32) for shape in ((5, 12, 8), (7, 5, 3, 3), (7,))
    )
    tensors = [torch.from_numpy(each) for each in (given, weights, bias)]
    for stride in (1, 2):
        wanted = torch.conv2d(tensors[0][None], *tensors[1:], stride=stride, padding=1)[0].relu()
        assert np.allclose(convolved(given, weights, bias, stride), wanted.numpy(), atol=1e-4)


def test_a_map_has_the_shape_of_the_photograph_whatever_its_size() -> None:
    for width, height, shape in ((300, 200, (64, 96)), (30, 60, (96, 48)), (2000, 20, (1, 96))):
        found = learned_saliency(picture(width, height))
        assert found.shape == shape
        assert 0 <= found.min() <= found.max() <= 1
