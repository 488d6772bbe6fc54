"""Evaluates the best checkpoint of a run on a part of its split."""

import io
import logging
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.augment.transforms import ValTransform
from engine.errors import BadInput, WorkFailed
from engine.evaluation.network import best_checkpoint, load_network, temperature_of
from engine.evaluation.outcome import Outcome
from engine.evaluation.scores import EvaluationScores
from engine.evaluation.transform import AS_TRAINED, EvaluationTransform
from engine.files import write_atomic, write_json
from engine.home import Home
from engine.images.shrunk import ShrunkStore
from engine.language.message import Message, deferred, message
from engine.progress import Report, silent
from engine.settings.run import RunSettings
from engine.split.folder import SplitLine
from engine.training.data.dataset import Batch, PhotoDataset
from engine.training.data.loader import Loader
from engine.training.device.device import Device, choose_device
from engine.training.inference import evaluation_batch_size, predict_batches
from engine.training.state.checkpoint import Checkpoint
from engine.training.state.run_folder import RunFolder

log = logging.getLogger(__name__)

_PARTS = {"train": deferred("train"), "val": deferred("validation"), "test": deferred("test")}


def evaluate_run(
    home: Home,
    folder: RunFolder,
    part: str = "test",
    report: Report = silent,
    transform: EvaluationTransform = AS_TRAINED,
) -> dict[str, Any]:
    """Evaluate a run's best checkpoint on "train", "val" or "test".

    Writes evaluation/PART.json, whose content it returns, and evaluation/PART.npz with one row per
    photograph and one per class. Shares are in 0..1; `macro_top1` is the mean over the species in
    the part. `nll`, `ece` and `brier` are for probabilities at the run's temperature, and
    `before_temperature` contains them without it.

    Raises:
        BadInput: there is no checkpoint or no such part, or the part is empty.
        ClassMapMismatch: checkpoint, run and part have different class maps.
        WorkFailed: none of the photographs can be read.
    """
    began = time.monotonic()
    checkpoint = best_checkpoint(folder)
    settings, classes = transform.settings(checkpoint.settings), checkpoint.classes
    lines, train_lines = folder.read_part(home, part), folder.read_part(home, "train")
    if not lines:
        raise _nothing_in(part, folder)
    dataset = _photographs(home, folder, lines, settings)
    train_images = np.bincount([line.label for line in train_lines], minlength=len(classes))
    device, temperature = choose_device(settings.training), temperature_of(folder, checkpoint)
    scores = EvaluationScores(classes, train_images, temperature, device.torch_device)
    unreadable: dict[int, Message] = {}
    for batch, logits in _answers(checkpoint, dataset, device, transform):
        if len(batch.labels):
            scores.add(batch.indices, batch.labels, logits)
        unreadable |= batch.unreadable
        report(len(scores) + len(unreadable), len(dataset), message("Evaluating photographs"))
    if len(unreadable) == len(dataset):
        raise WorkFailed(
            "No photograph of the {part} part can be read. The first: {reason}",
            part=message(_PARTS.get(part, part)),
            reason=next(iter(unreadable.values())),
        )
    values = {
        "part": part,
        "checkpoint": checkpoint.path.name,
        "step": checkpoint.position.step,
        "image_size": settings.data.image_size,
        "mirrored": transform.mirrored,
        "temperature": temperature,
        **scores.values(),
        "unreadable": [
            {"path": dataset.path(index), "reason": why.in_english(), "message": why.record()}
            for index, why in unreadable.items()
        ],
        "seconds": round(time.monotonic() - began, 1),
    }
    _write_arrays(folder.evaluation / f"{part}.npz", scores.outcome, train_images, lines)
    write_json(folder.evaluation / f"{part}.json", values)
    return values


def _nothing_in(part: str, folder: RunFolder) -> BadInput:
    return BadInput(
        "The {part} part of the run {run} has no photographs. Choose another part.",
        part=message(_PARTS.get(part, part)),
        run=folder.run_id,
    )


def _photographs(
    home: Home, folder: RunFolder, lines: Sequence[SplitLine], settings: RunSettings
) -> PhotoDataset:
    preset = folder.read_preset()
    if preset.notice:
        log.warning(preset.notice)
    dataset = PhotoDataset(home, lines, preset, ValTransform(settings.augmentation.val))
    if settings.data.shrink_once:
        dataset.read_copies(ShrunkStore(home, settings.data.shrink_side))
    return dataset


def _answers(
    checkpoint: Checkpoint, dataset: PhotoDataset, device: Device, transform: EvaluationTransform
) -> Iterator[tuple[Batch, Tensor]]:
    """Yield each batch of photographs and its logits (n, classes)."""
    settings = transform.settings(checkpoint.settings)
    loader = Loader(settings.data.workers, pin=device.is_gpu)
    learning = checkpoint.position.pass_size or settings.training.batch_size
    size = evaluation_batch_size(learning, settings.data.image_size)
    network = load_network(checkpoint, device, transform)
    return predict_batches(network, dataset, loader, device, size)


def _write_arrays(
    path: Path, outcome: Outcome, train_images: NDArray[np.int64], lines: Sequence[SplitLine]
) -> None:
    classes = len(train_images)
    content = io.BytesIO()
    np.savez_compressed(
        content,
        image_id=np.array([lines[index].image_id for index in outcome.indices], dtype=np.str_),
        label=outcome.labels,
        top=outcome.top,
        probability=outcome.probabilities,
        loss=outcome.certainty.losses,
        class_images=np.bincount(outcome.labels, minlength=classes),
        class_hits=np.bincount(outcome.labels, weights=outcome.first, minlength=classes),
        class_train_images=train_images,
    )
    write_atomic(path, content.getvalue())
