"""Scores of an evaluation: accuracy, by species and by rarity, and calibration."""

from dataclasses import asdict
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.evaluation.outcome import Certainty, Outcome, OutcomeWriter
from engine.split.classes import ClassMap
from engine.training.report.metrics import MetricAccumulator, Metrics, genera_of


class EvaluationScores:
    """Accumulates the scores of an evaluation batch by batch, with the metrics of validation.

    Args:
        classes: the species of the network.
        train_images: training photographs per class, (classes,).
        temperature: the divisor of the logits.
        device: the device of the logits.
    """

    def __init__(
        self,
        classes: ClassMap,
        train_images: NDArray[np.int64],
        temperature: float,
        device: torch.device,
    ) -> None:
        self._classes, self._train_images = classes, train_images
        self._temperature = temperature
        self._writer = OutcomeWriter(len(classes), temperature)
        genera = genera_of(classes.species)
        self._plain = MetricAccumulator(len(classes), device, genera, train_images)
        self._tempered = MetricAccumulator(len(classes), device)
        self._images = 0

    def __len__(self) -> int:
        """The number of photographs added."""
        return self._images

    def add(self, indices: Tensor, labels: Tensor, logits: Tensor) -> None:
        """Add a batch: indices in the part (n,), labels (n,), logits (n, classes)."""
        self._images += len(labels)
        self._writer.add(indices, labels, logits)
        labels = labels.to(logits.device)
        self._plain.add(logits, labels)
        self._tempered.add(logits / self._temperature, labels)

    @cached_property
    def outcome(self) -> Outcome:
        """One row per photograph; read it after all batches are added."""
        return self._writer.outcome()

    def values(self) -> dict[str, Any]:
        """Return the scores as evaluation/PART.json stores them."""
        plain, outcome = self._plain.read(), self.outcome
        return {
            "images": plain.images,
            "classes": plain.classes,
            "classes_absent": len(self._classes) - plain.classes,
            "top1": plain.top1,
            "top1_interval": (plain.top1_low, plain.top1_high),
            "top5": plain.top5,
            "k": plain.k,
            "macro_top1": plain.macro_top1,
            "macro_top5": plain.macro_top5,
            "genus_top1": plain.genus_top1,
            # The same loss as in the curves; the scores after it use the temperature.
            "loss": plain.loss,
            **_calibration(self._tempered.read(), outcome.certainty),
            "before_temperature": _calibration(plain, outcome.plain),
            "buckets": [asdict(score) for score in plain.buckets],
            "species": _species_table(outcome, self._train_images, self._classes),
        }


def _calibration(metrics: Metrics, certainty: Certainty) -> dict[str, float]:
    """Return the mean loss in nats, calibration error (0..1) and Brier score (0..2)."""
    brier = float(certainty.brier.mean()) if len(certainty.brier) else 0.0
    return {"nll": metrics.loss, "ece": metrics.ece, "brier": brier}


def _species_table(
    outcome: Outcome, train_images: NDArray[np.int64], classes: ClassMap
) -> list[dict[str, Any]]:
    """Return one row per species of the part, the worst first."""
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
