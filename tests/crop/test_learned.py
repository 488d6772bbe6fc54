"""The small network that finds the subject without torch."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray

from benchmarks.crop.graph import build
from benchmarks.crop.training import CHANNELS, Network, features_of
from engine.crop import learned
from engine.crop.learned import INPUT_SIDE, installed_weights, learned_saliency
from engine.errors import BadInput
from tests.conftest import PROJECT

EXPECTED = PROJECT / "tests" / "fixtures" / "learned-saliency.npy"
"""Every fourth value of the version 0.1 network for `flower`."""


@pytest.fixture(autouse=True)
def loaded_anew() -> Iterator[None]:
    """Reload the network for each test."""
    yield
    learned.installed_session.cache_clear()


def test_it_finds_the_same_as_version_0_1() -> None:
    found = learned_saliency(flower())
    assert found.shape == (72, 96)
    assert np.abs(found[::4, ::4] - np.load(EXPECTED)).max() < 1e-4


def test_the_graph_computes_the_same_as_the_trained_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(1)
    networks = []
    for _ in range(2):
        means, spreads = zip(*((torch.randn(n), torch.rand(n) + 2) for n in CHANNELS), strict=True)
        networks.append(Network(list(means), list(spreads)).eval())
    square = picture(INPUT_SIDE, INPUT_SIDE)
    levels = [torch.from_numpy(level)[None] for level in features_of(square)]
    with torch.inference_mode():
        wanted = np.mean([each(levels)[0].sigmoid().numpy() for each in networks], axis=0)
    onnx.save(build([network.weights() for network in networks]), tmp_path / "graph.onnx")
    monkeypatch.setattr(learned, "GRAPH", tmp_path / "graph.onnx")
    monkeypatch.setattr(learned, "_GIVEN", INPUT_SIDE // 4)
    found = learned_saliency(square)
    assert wanted.std() > 0.01
    assert np.abs(found - wanted).max() < 1e-4


def test_the_graph_contains_no_third_party_weights() -> None:
    graph = onnx.load(learned.GRAPH, load_external_data=False).graph
    theirs = torch.load(installed_weights(), weights_only=True).keys()
    held = {tensor.name for tensor in graph.initializer if tensor.raw_data}
    # 33 convolutions, each with four values of its normalisation.
    assert len([tensor for tensor in graph.initializer if tensor.name in theirs]) == 33 * 5
    assert held
    assert not held & theirs


def test_a_map_has_the_shape_of_the_photograph_for_any_size() -> None:
    for width, height, shape in ((300, 200, (64, 96)), (30, 60, (96, 48)), (2000, 20, (1, 96))):
        found = learned_saliency(picture(width, height))
        assert found.shape == shape
        assert 0 <= found.min() <= found.max() <= 1


def test_damaged_or_missing_weights_are_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = bytearray(installed_weights().read_bytes())
    damaged[1_000_000] ^= 1
    file = tmp_path / "weights.pth"
    file.write_bytes(damaged)
    monkeypatch.setattr(learned, "installed_weights", lambda: file)
    with pytest.raises(BadInput, match=r"is damaged\. Run ./run_studio.sh setup"):
        learned_saliency(flower())
    monkeypatch.undo()
    monkeypatch.setattr(learned, "_PACKAGE", "no_such_package")
    with pytest.raises(BadInput, match="no_such_package, which the crop needs, is not installed"):
        learned_saliency(flower())


def flower() -> NDArray[np.uint8]:
    y, x = np.mgrid[:300, :400]
    drawn = np.full((300, 400, 3), (60, 90, 50), np.uint8)
    drawn[(x - 110) ** 2 + (y - 130) ** 2 < 60**2] = (240, 220, 40)
    return drawn


def picture(width: int, height: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
