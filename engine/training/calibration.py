"""Calibration of probabilities: one temperature for all classes, fitted on val."""

import logging
from dataclasses import asdict, dataclass
from typing import Annotated

import numpy as np
import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional

from engine.augment.transforms import ValTransform
from engine.files import write_json
from engine.records import Count, Number, read_record_or
from engine.training.context import RunContext
from engine.training.inference import evaluation_batch_size, predict_batches
from engine.training.model.network import build_model
from engine.training.optim.step import select, to_device
from engine.training.report.metrics import add_by_certainty, brier_scores
from engine.training.report.scores import BINS, calibration_error
from engine.training.state.checkpoint import open_checkpoint
from engine.training.state.run_folder import RunFolder

log = logging.getLogger(__name__)

_GRID = np.geomspace(0.2, 5, 81)


@dataclass(frozen=True)
class Calibration:
    """Scores before and after dividing the logits by `temperature`.

    nll is in nats, ece in 0..1, brier in 0..2; lower is better.
    """

    temperature: Annotated[float, Field(ge=0.01, le=100)]
    images: Count
    nll_before: Number
    nll_after: Number
    ece_before: Number
    ece_after: Number
    brier_before: Number
    brier_after: Number


class TemperatureMeter:
    """Fits the temperature in one pass, without keeping logits.

    Accumulates the sums at 81 temperatures between 0.2 and 5 (Guo et al., "On calibration of modern
    neural networks", 2017).
    """

    def __init__(self, device: torch.device) -> None:
        self._grid = torch.tensor(_GRID, dtype=torch.float32, device=device)
        self._losses = torch.zeros(len(_GRID), dtype=torch.float64, device=device)
        self._brier = torch.zeros_like(self._losses)
        self._bins = torch.zeros(len(_GRID), 2, BINS, dtype=torch.float64, device=device)
        self._count = 0

    def add(self, logits: Tensor, labels: Tensor) -> None:
        """Add a batch: logits (n, classes) and labels (n,), on the device."""
        self._count += len(labels)
        right = logits.argmax(1) == labels
        for position, temperature in enumerate(self._grid):
            shares = (logits / temperature).log_softmax(1)
            self._losses[position] += functional.nll_loss(shares, labels, reduction="sum").double()
            chances = shares.exp()
            self._brier[position] += brier_scores(chances, labels).double().sum()
            add_by_certainty(self._bins[position], chances.amax(1), right)

    def read(self) -> Calibration:
        """Return the temperature with the lowest loss, and the scores before and after."""
        count = max(1, self._count)
        losses, brier = self._losses.cpu() / count, self._brier.cpu() / count
        one, best = len(_GRID) // 2, int(losses.argmin())
        bins = self._bins.cpu().numpy()
        before, after = (
            calibration_error(bins[position, 0], bins[position, 1], self._count)
            for position in (one, best)
        )
        return Calibration(
            temperature=float(_GRID[best]),
            images=self._count,
            nll_before=float(losses[one]),
            nll_after=float(losses[best]),
            ece_before=before,
            ece_after=after,
            brier_before=float(brier[one]),
            brier_after=float(brier[best]),
        )


def calibrate(context: RunContext) -> Calibration | None:
    """Calibrate the best checkpoint of a run on val and write the result to its folder."""
    checkpoint = open_checkpoint(context.folder.best, context.classes)
    settings = checkpoint.settings
    model = build_model(settings.model, len(context.classes), settings.data.image_size)
    model.load_state_dict(select(checkpoint.tensors("model."), "model."))
    part = context.val.with_transform(ValTransform(settings.augmentation.val))
    learning = checkpoint.position.pass_size or settings.training.batch_size
    size = evaluation_batch_size(learning, settings.data.image_size)
    thermometer = TemperatureMeter(context.device.torch_device)
    for batch, logits in predict_batches(
        to_device(model, context.device), part, context.loader, context.device, size
    ):
        if len(batch.labels):
            thermometer.add(logits, batch.labels.to(logits.device))
    found = thermometer.read()
    write_json(context.folder.temperature, asdict(found))
    log.info(
        "Probabilities are divided by a temperature of %.2f: calibration error %.1f %% to %.1f %%.",
        found.temperature,
        100 * found.ece_before,
        100 * found.ece_after,
    )
    return found


def read_calibration(folder: RunFolder) -> Calibration | None:
    """Return the calibration of a run, or None if it has none."""
    return read_record_or(Calibration, folder.temperature, None)
