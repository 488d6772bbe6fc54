"""Runs of several stages, and the steps after the last stage."""

import json
from typing import Any

import numpy as np
import pytest
import torch

from engine.augment.normalisation import normalisation_of
from engine.augment.transforms import ValTransform
from engine.errors import BadInput
from engine.files import read_json, read_json_lines
from engine.home import Home
from engine.settings.files import validate
from engine.settings.run import RunSettings
from engine.split.folder import SplitFolder, read_part
from engine.training.calibration import TemperatureMeter, read_calibration
from engine.training.data.dataset import PhotoDataset
from engine.training.data.loader import Loader
from engine.training.device.device import Device
from engine.training.features import FeaturePart, cached_features
from engine.training.loop import train
from engine.training.model.classifier import pre_logits
from engine.training.model.network import build_model
from engine.training.state.checkpoint import open_checkpoint
from engine.training.state.run_folder import RunFolder
from engine.training.state.stop_signal import Stopped
from tests.training.conftest import Prepare, Settings

ADAPTED = {"model__adapter": "lora", "model__adapter_rank": 2}


def _weights(folder: RunFolder) -> dict[str, torch.Tensor]:
    return open_checkpoint(folder.last).tensors("model.")


def test_stages_inherit_missing_settings_and_keep_the_resize_proportions(
    settings: Settings,
) -> None:
    stages = [
        {"name": "small", "image_size": 16, "epochs": 2},
        {"name": "large", "learning_rate": 1e-4, "loss": "balanced_softmax"},
    ]
    whole = settings(training__stages=stages)
    small, large = whole.stages
    assert (small.data.image_size, small.augmentation.train.crop) == (16, 16)
    assert (small.augmentation.train.resize, small.augmentation.val.resize) == (20, 20)
    assert (small.training.epochs, large.training.epochs, whole.total_epochs) == (2, 3, 5)
    assert (large.training.learning_rate, large.training.loss) == (1e-4, "balanced_softmax")
    assert large.data == whole.data
    assert settings().stages == [settings()]


def test_training_adapters_requires_adapters(settings: Settings) -> None:
    with pytest.raises(BadInput, match=r"needs model\.adapter"):
        settings(training__method="adapters")
    with pytest.raises(BadInput, match=r"needs model\.adapter"):
        settings(training__stages=[{"method": "adapters"}])
    settings(**ADAPTED, training__stages=[{"method": "adapters"}])


def test_a_probe_then_adapters_then_everything(home: Home, new_run: Prepare) -> None:
    folder = new_run(
        **ADAPTED,
        training__stages=[
            {"name": "probe", "method": "features", "epochs": 4, "learning_rate": 0.1},
            {"name": "adapt", "method": "adapters", "epochs": 2},
            {"name": "all", "method": "full", "epochs": 1},
        ],
    )
    status = train(home, folder)
    assert (status.state, status.epochs, status.epoch) == ("finished", 7, 7), status.reason
    assert status.step == status.steps_total == 7 * 6
    assert status.stage_step == 6 * 6
    log = folder.log.read_text()
    assert "Stage probe: 75 of" in log
    assert "Stage all: " in log
    assert len(list((home.data / "features").iterdir())) == 2


@pytest.mark.parametrize("method", ["head", "features", "adapters", "last_blocks"])
def test_frozen_weights_do_not_change(home: Home, new_run: Prepare, method: str) -> None:
    first = new_run("first", training__stop_after_steps=1, **ADAPTED)
    train(home, first)
    folder = new_run(
        **ADAPTED,
        model__weights=str(first.last),
        training__method=method,
        training__last_blocks=1,
        training__epochs=1,
    )
    assert train(home, folder).state == "finished"
    before, after = _weights(first), _weights(folder)
    same = {name for name, value in before.items() if torch.equal(value, after[name])}
    assert "model.blocks.0.mlp.fc1.weight" in same
    assert "model.head.weight" not in same
    assert ("model.blocks.1.mlp.fc1.weight" in same) == (method != "last_blocks")
    assert ("model.blocks.0.attn.qkv.adapter.up.weight" in same) == (method != "adapters")


def test_features_are_computed_once_for_all_runs_that_need_the_same(
    home: Home, new_run: Prepare
) -> None:
    for run_id in ("first", "second"):
        folder = new_run(
            run_id, training__method="features", training__classifier_start="class_means"
        )
        assert train(home, folder).state == "finished"
    stored = list((home.data / "features").glob("*/features.npy"))
    assert len(stored) == 2
    assert {np.load(path).shape for path in stored} == {(24, 24), (6, 24)}
    assert np.load(stored[0]).dtype == np.float16
    assert folder.read_status().last["top1"] > 0.6


def test_the_features_of_a_repaired_photograph_are_computed_later(
    home: Home, split: SplitFolder, new_run: Prepare
) -> None:
    photograph = home.resolve(read_part(split.part("train"))[5].path)
    whole = photograph.read_bytes()
    photograph.write_bytes(b"")
    damaged = new_run("damaged", training__method="features")
    assert train(home, damaged).state == "finished"
    assert [item["path"] for item in read_json(damaged.unreadable)] == [home.relative(photograph)]
    photograph.write_bytes(whole)
    mended = new_run("mended", training__method="features")
    assert train(home, mended).state == "finished"
    assert not mended.unreadable.exists()
    assert len(list((home.data / "features").glob("*/features.npy"))) == 2


def test_an_interrupted_feature_pass_continues_where_it_stopped(
    home: Home, new_run: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.features._CHUNK", 1)
    folder = new_run()
    settings, classes = folder.read_settings(), folder.read_classes()
    part = PhotoDataset(
        home,
        folder.read_part(home, "train"),
        folder.read_preset(),
        ValTransform(settings.augmentation.val),
    )
    torch.manual_seed(0)
    model = build_model(settings.model, len(classes), 32)
    heard: list[int] = []

    def features(until: int) -> FeaturePart:
        def heartbeat(done: int, total: int) -> None:
            heard.append(done)
            if done > until:
                raise Stopped

        cpu = Device(torch.device("cpu"), None)
        return cached_features(home, model, settings, part, Loader(0), cpu, heartbeat)

    with pytest.raises(Stopped):
        features(until=16)
    whole = features(until=24)
    assert heard == [8, 16, 24, 24]
    batch = whole.__getitems__([(0, 20), (0, 3)])
    images = torch.stack([part[0, index].image for index in (20, 3)])  # type: ignore[misc]
    with torch.no_grad():
        expected = pre_logits(model.eval(), normalisation_of(model)(images))
    assert torch.allclose(batch.images.float(), expected, atol=1e-2)
    assert batch.labels.tolist() == part.labels[[20, 3]].tolist()


def test_a_larger_size_follows_a_smaller_one_with_the_embeddings_resampled(
    home: Home, new_run: Prepare
) -> None:
    folder = new_run(training__stages=[{"image_size": 16, "epochs": 1}, {"epochs": 1}])
    assert train(home, folder).state == "finished"
    assert _weights(folder)["model.pos_embed"].shape[1] == 17
    assert open_checkpoint(folder.last).settings.data.image_size == 32


def test_patience_ends_a_stage(home: Home, new_run: Prepare) -> None:
    folder = new_run(training__epochs=50, training__patience=2, training__learning_rate=1e-9)
    status = train(home, folder)
    assert status.state == "finished"
    assert status.epoch < 50
    assert status.step == status.steps_total
    assert "brought nothing better" in folder.log.read_text()


def test_patience_measures_a_stage_by_itself(home: Home, new_run: Prepare) -> None:
    # The second stage never comes close to the first, and may still use its two epochs.
    folder = new_run(
        training__patience=1,
        training__stages=[
            {"name": "good", "epochs": 3},
            {"name": "worse", "epochs": 2, "image_size": 16, "learning_rate": 1e-9},
        ],
    )
    status = train(home, folder)
    assert status.state == "finished"
    log = folder.log.read_text().split("Stage worse")[1]
    assert log.count(", macro top-1 ") == 2


def test_a_stage_after_the_last_step_is_not_started(home: Home, new_run: Prepare) -> None:
    folder = new_run(
        training__stop_after_steps=2,
        training__stages=[{"epochs": 1}, {"method": "features", "epochs": 1}],
    )
    status = train(home, folder)
    assert (status.state, status.step) == ("finished", 2)
    assert not (home.data / "features").exists()


def test_the_averaged_weights_are_evaluated_and_saved(home: Home, new_run: Prepare) -> None:
    folder = new_run(training__ema_decay=0.5, training__epochs=1)
    train(home, folder)
    checkpoint = open_checkpoint(folder.last)
    weights, averages = (checkpoint.tensors(f"{part}.head.weight") for part in ("model", "average"))
    best = open_checkpoint(folder.best).tensors("model.head.weight")["model.head.weight"]
    assert torch.equal(best, averages["average.head.weight"])
    assert not torch.equal(best, weights["model.head.weight"])


def test_the_temperature_corrects_overconfidence() -> None:
    chance = torch.Generator().manual_seed(0)
    honest = torch.randn(2000, 4, generator=chance) * 2
    labels = torch.multinomial(honest.softmax(1), 1, generator=chance)[:, 0]
    thermometer = TemperatureMeter(torch.device("cpu"))
    thermometer.add(3 * honest[:1000], labels[:1000])
    thermometer.add(3 * honest[1000:], labels[1000:])
    found = thermometer.read()
    assert found.temperature == pytest.approx(3, rel=0.1)
    assert found.nll_after < found.nll_before
    assert found.ece_after < 0.05 < found.ece_before
    assert found.brier_after < found.brier_before
    assert found.images == 2000


def test_a_finished_run_is_calibrated(home: Home, new_run: Prepare) -> None:
    folder = new_run(training__epochs=1)
    assert read_calibration(folder) is None
    train(home, folder)
    found = read_calibration(folder)
    assert found is not None
    assert found.images == 6
    last = [line for line in read_json_lines(folder.metrics) if line["split"] == "val"][-1]
    assert found.nll_before == pytest.approx(last["nll"], rel=1e-4)
    assert found.ece_before == pytest.approx(last["ece"], rel=1e-4)


def test_the_keys_of_the_original_configuration_load_unchanged() -> None:
    original: dict[str, Any] = json.loads(
        """{"model": {"name": "vit_base_patch16_384"}, "training": {"batch_size": 8},
        "data": {"image_size": 384, "smart_crop": true, "train_jsonl": "a", "val_jsonl": "b"},
        "augmentation": {"train": {"resize": 448, "crop": 384},
                         "val": {"resize": 448, "center_crop": 384}}}"""
    )
    settings = validate(RunSettings, original, "the original")
    assert settings.training.batch_size == 8
    assert settings.augmentation.val.center_crop == settings.data.image_size == 384
