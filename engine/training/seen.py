"""What a stage shows its network: photographs through its views, or features of them."""

import logging
import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.images.shrinking import shrink
from engine.images.shrunk import ShrunkStore
from engine.settings.run import RunSettings
from engine.training.dataset import Part, PhotoDataset
from engine.training.features import (
    Breathe,
    FeaturePart,
    batches_of,
    cached_features,
    embed,
    few_of_each,
)
from engine.training.first_guess import start_from_discriminant, start_from_means
from engine.training.judge import judging_size
from engine.training.scene import Scene
from engine.training.stop import Stopped
from engine.training.views import TrainView, ValView
from engine.workers import cores

log = logging.getLogger(__name__)

# Photographs of a species that its first guess is made from, at most.
_ENOUGH = 50


@dataclass(frozen=True)
class Seen:
    """The two parts as the network sees them, and a batch that means nothing."""

    train: Part
    val: Part
    blank: Tensor


def read_small_copies(scene: Scene) -> None:
    """Make the small copies that the run asks for and that are missing; read them from now on.

    Raises:
        Stopped: somebody asked to stop meanwhile.
        WorkFailed: the disk is full.
    """
    data = scene.settings.data
    if not data.shrink_once:
        return
    breathe = _breathe(scene, "Shrinking photographs")
    paths = scene.train.places() | scene.val.places()
    asked = False
    try:
        shrunk = shrink(
            scene.home,
            paths,
            data.shrink_side,
            cores(),
            lambda done, total, _: breathe(done, total),
        )
        log.info("Reading small copies; %s of them are new.", f"{shrunk.made:,}")
    except Stopped:
        asked = True
    if scene.ranks.any(asked):
        raise Stopped
    for part in (scene.train, scene.val):
        part.read_copies(ShrunkStore(scene.home, data.shrink_side))


def seen_by(scene: Scene, settings: RunSettings, model: nn.Module) -> Seen:
    """What a stage with these settings sees; `model`, on the device, computes features.

    Raises:
        Stopped: somebody asked to stop meanwhile.
    """
    view = ValView(settings.augmentation.val)
    train, val = scene.train.seen_through(view), scene.val.seen_through(view)
    if settings.training.method == "features":
        parts = [_features(scene, settings, model, part) for part in (train, val)]
        return Seen(parts[0], parts[1], torch.zeros(2, parts[0].width, dtype=torch.float16))
    side = settings.data.image_size
    train = train.seen_through(TrainView(settings.augmentation.train, settings.training.seed))
    return Seen(train, val, torch.zeros(2, 3, side, side, dtype=torch.uint8))


def start_classifier(scene: Scene, settings: RunSettings, model: nn.Module) -> None:
    """Let the classifier of `model`, on the device, start from the features of each class.

    Raises:
        Stopped: somebody asked to stop meanwhile.
    """
    part = scene.train.seen_through(ValView(settings.augmentation.val))
    chosen = few_of_each(part.labels, _ENOUGH)
    size = judging_size(settings.training.batch_size, settings.data.image_size)
    batches = batches_of(chosen, size)
    breathe = _breathe(scene, "Looking at each species")

    def features() -> "list[tuple[Tensor, Tensor]]":
        found, done = [], 0
        for batch, values in embed(model, part, scene.loader, scene.device, batches):
            done += len(batch.labels)
            breathe(done, len(chosen))
            if len(batch.labels):
                found.append((values.half().cpu(), batch.labels))
        return found

    with_spread = settings.training.classifier_start == "discriminant"
    start = start_from_discriminant if with_spread else start_from_means
    start(model, features(), len(scene.classes))


def _features(
    scene: Scene, settings: RunSettings, model: nn.Module, part: PhotoDataset
) -> FeaturePart:
    breathe = _breathe(scene, "Computing features")
    # One process after the other: the second finds what the first has kept.
    return cached_features(scene.home, model, settings, part, scene.loader, scene.device, breathe)


def _breathe(scene: Scene, what: str) -> Breathe:
    def breathe(done: int, total: int) -> None:
        scene.journal.prepare(what, done, total)
        if scene.stop.wanted:
            raise Stopped

    return breathe


def planned_steps(scene: Scene, stages: list[RunSettings]) -> list[int]:
    """The optimiser steps of each stage."""
    count, ranks = len(scene.train), scene.ranks.count
    steps = []
    for settings in stages:
        training = settings.training
        effective = training.batch_size * training.accumulation * ranks
        whole = count - 1 if count % effective == 1 < effective < count else count
        steps.append(training.epochs * math.ceil(whole / effective))
    return steps
