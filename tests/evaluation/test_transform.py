"""Evaluation at another image size, and with test-time mirroring."""

import numpy as np
import pytest
import torch

from engine.errors import BadInput
from engine.evaluation.evaluate import evaluate_run
from engine.evaluation.network import best_checkpoint, load_network
from engine.evaluation.predict import Predictor
from engine.evaluation.transform import EvaluationTransform, Mirrored
from engine.home import Home
from engine.training.device.device import Device
from engine.training.state.run_folder import RunFolder

Trained = tuple[Home, RunFolder]
CPU = Device(torch.device("cpu"), None)


def test_another_size_resamples_the_embeddings_and_keeps_the_resize_proportions(
    trained: Trained,
) -> None:
    home, folder = trained
    as_trained, larger = (
        evaluate_run(home, folder, "val", transform=EvaluationTransform(size))
        for size in (None, 48)
    )
    assert (as_trained["image_size"], larger["image_size"]) == (32, 48)
    assert larger["images"] == as_trained["images"] == 6
    assert larger["macro_top1"] > 0.5
    settings = EvaluationTransform(48).settings(best_checkpoint(folder).settings)
    assert settings.augmentation.val.resize == 60
    assert settings.augmentation.val.center_crop == 48


def test_a_mirrored_prediction_is_the_mean_of_two_outputs(trained: Trained) -> None:
    checkpoint = best_checkpoint(trained[1])
    plain, both = (
        load_network(checkpoint, CPU, EvaluationTransform(mirrored=m)) for m in (False, True)
    )
    assert isinstance(both, Mirrored)
    images = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        expected = (plain(images) + plain(images.flip(-1))) / 2
        assert torch.allclose(both(images), expected)


def test_with_mirroring_a_photograph_and_its_mirror_image_get_the_same_prediction(
    trained: Trained,
) -> None:
    predictor = Predictor(*trained, EvaluationTransform(mirrored=True))
    photograph = np.random.default_rng(1).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    seen, mirrored = (predictor.predict(p) for p in (photograph, photograph[:, ::-1].copy()))
    assert [p.species for p in seen.predictions] == [p.species for p in mirrored.predictions]
    assert [p.probability for p in seen.predictions] == pytest.approx(
        [p.probability for p in mirrored.predictions], abs=1e-4
    )


def test_a_mirrored_evaluation_is_marked(trained: Trained) -> None:
    values = evaluate_run(*trained, "val", transform=EvaluationTransform(mirrored=True))
    assert values["mirrored"] is True
    assert values["images"] == 6


def test_an_image_size_outside_the_allowed_range_is_refused(trained: Trained) -> None:
    with pytest.raises(BadInput):
        evaluate_run(*trained, "val", transform=EvaluationTransform(8))
