"""Judging a run on a part of its split, once, with its best checkpoint."""

import io
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput, WorkFailed
from engine.evaluation.network import best_checkpoint, load_network, temperature_of
from engine.evaluation.outcome import Outcome, OutcomeWriter
from engine.evaluation.scores import (
    bucket_scores,
    calibration_scores,
    macro,
    mean,
    recall_by_class,
)
from engine.evaluation.transform import AS_TRAINED, EvaluationTransform
from engine.files import write_atomic, write_json
from engine.home import Home
from engine.images.shrunk import ShrunkStore
from engine.progress import Report, silent
from engine.split.classes import ClassMap
from engine.split.folder import SplitLine
from engine.training.data.dataset import PhotoDataset
from engine.training.data.loader import Loader
from engine.training.data.transforms import ValTransform
from engine.training.device.device import choose_device
from engine.training.inference import evaluation_batch_size, predict_batches
from engine.training.report.metrics import genera_of
from engine.training.report.wilson import wilson_interval
from engine.training.state.run_folder import RunFolder

log = logging.getLogger(__name__)


def evaluate_run(
    home: Home,
    folder: RunFolder,
    part: str = "test",
    report: Report = silent,
    look: EvaluationTransform = AS_TRAINED,
) -> dict[str, Any]:
    """Judge a run's best checkpoint on "train", "val" or "test".

    Writes evaluation/PART.json, which is returned, and evaluation/PART.npz with a row a
    photograph and a row a class. Shares are in 0..1; `macro_top1` is the mean over the species
    present in the part. `nll`, `ece` and `brier` are of probabilities at the run's temperature,
    and `before_temperature` holds them as they were without.

    Raises:
        BadInput: there is no checkpoint, no such part, or nothing in it.
        ClassMapMismatch: checkpoint, run and part do not speak of the same classes.
        WorkFailed: none of the photographs can be read.
    """
    began = time.monotonic()
    checkpoint = best_checkpoint(folder)
    settings, classes = look.settings(checkpoint.settings), checkpoint.classes
    lines, train_lines = folder.read_part(home, part), folder.read_part(home, "train")
    if not lines:
        raise BadInput(f"The {part} part of {folder.run_id} holds no photograph to judge by.")
    device = choose_device(settings.training)
    view = ValTransform(settings.augmentation.val)
    preset = folder.read_preset()
    if preset.notice:
        log.warning(preset.notice)
    dataset = PhotoDataset(home, lines, preset, view)
    if settings.data.shrink_once:
        dataset.read_copies(ShrunkStore(home, settings.data.shrink_side))
    loader = Loader(settings.data.workers, pin=device.is_gpu)
    network = load_network(checkpoint, device, look)
    temperature = temperature_of(folder, checkpoint)
    writer, unreadable, done = OutcomeWriter(len(classes), temperature), dict[int, str](), 0
    learning = checkpoint.position.pass_size or settings.training.batch_size
    size = evaluation_batch_size(learning, settings.data.image_size)
    for batch, logits in predict_batches(network, dataset, loader, device, size):
        if len(batch.labels):
            writer.add(batch.indices, batch.labels, logits)
        unreadable |= batch.unreadable
        done += len(batch.labels) + len(batch.unreadable)
        report(done, len(dataset), f"Judging the {part} part")
    if len(unreadable) == len(dataset):
        raise WorkFailed(f"None of the {part} part can be read: {next(iter(unreadable.values()))}")
    outcome = writer.outcome()
    train_images = np.bincount([line.label for line in train_lines], minlength=len(classes))
    values = {
        "part": part,
        "checkpoint": checkpoint.path.name,
        "step": checkpoint.position.step,
        "image_size": settings.data.image_size,
        "mirrored": look.mirrored,
        "temperature": temperature,
        **_scores(outcome, train_images, classes),
        "unreadable": [
            {"path": dataset.path(index), "reason": why} for index, why in unreadable.items()
        ],
        "seconds": round(time.monotonic() - began, 1),
    }
    _write_arrays(folder.evaluation / f"{part}.npz", outcome, train_images, lines)
    write_json(folder.evaluation / f"{part}.json", values)
    return values


def _scores(outcome: Outcome, train_images: NDArray[np.int64], classes: ClassMap) -> dict[str, Any]:
    recall = recall_by_class(outcome.labels, outcome.first, len(classes))
    among = recall_by_class(outcome.labels, outcome.among, len(classes))
    genera = genera_of(classes.species).numpy()
    top1 = mean(outcome.first)
    return {
        "images": len(outcome.labels),
        "classes": int((~np.isnan(recall)).sum()),
        "classes_absent": int(np.isnan(recall).sum()),
        "top1": top1,
        "top1_interval": wilson_interval(top1, len(outcome.labels)),
        "top5": mean(outcome.among),
        "k": outcome.k,
        "macro_top1": macro(recall),
        "macro_top5": macro(among),
        "genus_top1": mean(genera[outcome.top[:, 0]] == genera[outcome.labels]),
        # The loss that the curves show; what follows it is of probabilities as they are told.
        "loss": mean(outcome.plain.losses),
        **calibration_scores(outcome.certainty, outcome.first),
        "before_temperature": calibration_scores(outcome.plain, outcome.first),
        "buckets": bucket_scores(outcome, recall, train_images),
        "species": _species_table(outcome, train_images, classes),
    }


def _species_table(
    outcome: Outcome, train_images: NDArray[np.int64], classes: ClassMap
) -> list[dict[str, Any]]:
    """A row for each species of the part, the worst first."""
    rows = []
    for label in np.unique(outcome.labels):
        own = outcome.labels == label
        wrong = outcome.top[own & ~outcome.first, 0]
        mistaken = classes.species[np.bincount(wrong).argmax()] if len(wrong) else None
        rows.append(
            {
                "species": classes.species[label],
                "train_images": int(train_images[label]),
                "images": int(own.sum()),
                "top1": float(outcome.first[own].mean()),
                "top5": float(outcome.among[own].mean()),
                "mistaken_for": mistaken,
            }
        )
    return sorted(rows, key=lambda row: (row["top1"], row["species"]))


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
