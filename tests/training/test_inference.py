"""Inference passes of a network."""

import pytest
from torch import nn

from engine.home import Home
from engine.settings.configs import CONFIGS
from engine.settings.files import load
from engine.settings.run import RunSettings
from engine.training.inference import evaluation_batch_size
from engine.training.loop import train
from tests.training.conftest import Prepare


@pytest.mark.parametrize(
    ("learning", "side", "expected"),
    [(8, 224, 16), (8, 384, 16), (128, 224, 64), (128, 384, 21), (128, 448, 16), (1, 4000, 1)],
)
def test_an_inference_pass_has_twice_the_size_up_to_the_limit_of_a_small_gpu(
    learning: int, side: int, expected: int
) -> None:
    assert evaluation_batch_size(learning, side) == expected


def test_the_feature_pass_of_a_laptop_is_no_larger_than_its_card() -> None:
    settings = load(RunSettings, CONFIGS / "laptop_4gb.yaml").stages[0]
    assert settings.training.batch_size == 128
    assert evaluation_batch_size(settings.training.batch_size, settings.data.image_size) == 21


def test_features_are_computed_in_passes_of_that_size(
    home: Home, new_run: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.inference._PIXELS", 5 * 32 * 32)
    inputs: list[int] = []
    watch = nn.modules.module.register_module_forward_pre_hook(
        lambda module, given: inputs.append(len(given[0])) if given[0].dim() == 4 else None
    )
    try:
        run = new_run(training__method="features", training__classifier_start="class_means")
        assert train(home, run).state == "finished"
    finally:
        watch.remove()
    assert max(inputs) == 5
