"""The inputs of a stage: photographs through its transforms, or their features."""

import logging
import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.augment.transforms import TrainTransform, ValTransform
from engine.images.shrinking import shrink
from engine.images.shrunk import ShrunkStore
from engine.language.message import Message, deferred
from engine.settings.run import RunSettings
from engine.training.context import RunContext
from engine.training.data.dataset import Part, PhotoDataset
from engine.training.features import (
    FeaturePart,
    Heartbeat,
    batches_of,
    cached_features,
    embed,
    few_of_each,
)
from engine.training.inference import evaluation_batch_size
from engine.training.model.head_init import start_from_discriminant, start_from_means
from engine.training.state.stop_signal import Stopped
from engine.workers import cores

log = logging.getLogger(__name__)

# The most photographs per species that the head initialisation uses.
_ENOUGH = 50


@dataclass(frozen=True)
class StageInputs:
    """The two parts as the network reads them, and a blank batch."""

    train: Part
    val: Part
    blank: Tensor


def read_small_copies(context: RunContext) -> None:
    """Make the small copies that the run requests and lacks, and read them from now on.

    Raises:
        Stopped: a stop was requested meanwhile.
        WorkFailed: the disk is full.
    """
    data = context.settings.data
    if not data.shrink_once:
        return
    heartbeat = _heartbeat(context, deferred("Shrinking photographs, {done} of {total}"))
    paths = context.train.positions() | context.val.positions()
    asked = False
    try:
        shrunk = shrink(
            context.home,
            paths,
            data.shrink_side,
            cores(),
            lambda done, total, _: heartbeat(done, total),
        )
        log.info("Reading small copies; %s of them are new.", f"{shrunk.made:,}")
    except Stopped:
        asked = True
    if context.ranks.any(asked):
        raise Stopped
    for part in (context.train, context.val):
        part.read_copies(ShrunkStore(context.home, data.shrink_side))


def stage_inputs(context: RunContext, settings: RunSettings, model: nn.Module) -> StageInputs:
    """Return the inputs of a stage; `model`, on the device, computes features.

    Raises:
        Stopped: a stop was requested meanwhile.
    """
    view = ValTransform(settings.augmentation.val)
    train, val = context.train.with_transform(view), context.val.with_transform(view)
    if settings.training.method == "features":
        parts = [_features(context, settings, model, part) for part in (train, val)]
        return StageInputs(parts[0], parts[1], torch.zeros(2, parts[0].width, dtype=torch.float16))
    side = settings.data.image_size
    train = train.with_transform(
        TrainTransform(settings.augmentation.train, settings.training.seed)
    )
    return StageInputs(train, val, torch.zeros(2, 3, side, side, dtype=torch.uint8))


def initialise_head(context: RunContext, settings: RunSettings, model: nn.Module) -> None:
    """Initialise the classifier of `model`, on the device, from the features of each class.

    Raises:
        Stopped: a stop was requested meanwhile.
    """
    part = context.train.with_transform(ValTransform(settings.augmentation.val))
    chosen = few_of_each(part.labels, _ENOUGH)
    size = evaluation_batch_size(settings.training.batch_size, settings.data.image_size)
    batches = batches_of(chosen, size)
    heartbeat = _heartbeat(context, deferred("Looking at each species, {done} of {total}"))

    def features() -> "list[tuple[Tensor, Tensor]]":
        found, done = [], 0
        for batch, values in embed(model, part, context.loader, context.device, batches):
            done += len(batch.labels)
            heartbeat(done, len(chosen))
            if len(batch.labels):
                found.append((values.half().cpu(), batch.labels))
        return found

    with_spread = settings.training.classifier_start == "discriminant"
    start = start_from_discriminant if with_spread else start_from_means
    start(model, features(), len(context.classes))


def _features(
    context: RunContext, settings: RunSettings, model: nn.Module, part: PhotoDataset
) -> FeaturePart:
    heartbeat = _heartbeat(context, deferred("Computing features, {done} of {total}"))
    # One process after the other: the second reads what the first has stored.
    return cached_features(
        context.home, model, settings, part, context.loader, context.device, heartbeat
    )


def _heartbeat(context: RunContext, what: str) -> Heartbeat:
    def heartbeat(done: int, total: int) -> None:
        context.logger.prepare(Message(what, {"done": done, "total": total}))
        if context.stop.wanted:
            raise Stopped

    return heartbeat


def planned_steps(context: RunContext, stages: list[RunSettings]) -> list[int]:
    """Return the number of optimiser steps of each stage."""
    count, ranks = len(context.train), context.ranks.count
    steps = []
    for settings in stages:
        training = settings.training
        effective = training.batch_size * training.accumulation * ranks
        whole = count - 1 if count % effective == 1 < effective < count else count
        steps.append(training.epochs * math.ceil(whole / effective))
    return steps
