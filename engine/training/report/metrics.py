"""Accumulates the metrics of a network on its device."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from engine.split.rarity import BUCKETS
from engine.training.device.process_group import Ranks
from engine.training.report.scores import (
    BINS,
    BucketScore,
    bucket_scores,
    calibration_error,
    macro,
    recall_by_class,
    wilson_interval,
)

TOP = 5


def clamped_k(classes: int, k: int = TOP) -> int:
    """Return k for top-k, limited to the number of classes."""
    return min(k, classes)


def genera_of(species: Sequence[str]) -> Tensor:
    """Return the genus index of each class, from the first word of its name: (classes,) int64."""
    names = [name.split()[0] if name.split() else "" for name in species]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return torch.tensor([numbers[name] for name in names], dtype=torch.int64)


def add_by_certainty(sums: Tensor, certainty: Tensor, right: Tensor) -> None:
    """Add a batch to the sums of certainty and hits per certainty bin: (2, BINS) float64.

    `certainty` (n,) is the probability of the top prediction, `right` (n,) whether it is correct.
    """
    certainty = certainty.double()
    bins = (certainty * BINS).long().clamp_(0, BINS - 1)
    for row, values in zip(sums, (certainty, right.double()), strict=True):
        row.index_add_(0, bins, values)


def brier_scores(probabilities: Tensor, labels: Tensor) -> Tensor:
    """Return the squared distance of probabilities (n, classes) from the one-hot label: (n,), 0..2
    (Brier, 1950).
    """
    truth = functional.one_hot(labels, probabilities.shape[1])
    return (probabilities - truth).square().sum(dim=1)


class MetricAccumulator:
    """Sums of loss and hits over photographs, on the device; only reading them waits for it.

    `top5` counts hits in the top `k` = min(5, classes).

    Args:
        genera: the genus index of each class, (classes,); None = each class is its own genus.
        train_images: training photographs per class, (classes,); None = no rarity buckets.
    """

    def __init__(
        self,
        classes: int,
        device: torch.device,
        genera: Tensor | None = None,
        train_images: NDArray[np.int64] | None = None,
    ) -> None:
        self.k = clamped_k(classes)
        self._genera = torch.arange(classes) if genera is None else genera
        self._genera = self._genera.to(device)
        self._train_images = train_images
        # Loss, top-1 hits, top-k hits, genus hits.
        self._sums = torch.zeros(4, dtype=torch.float64, device=device)
        # Photographs, top-1 hits and top-k hits per class.
        self._by_class = torch.zeros(3, classes, dtype=torch.int64, device=device)
        # Certainty and hits per certainty bin (Naeini et al., 2015).
        self._by_certainty = torch.zeros(2, BINS, dtype=torch.float64, device=device)

    def add(self, logits: Tensor, labels: Tensor) -> None:
        """Add a batch: logits (n, classes), labels (n,).

        The loss is cross-entropy without smoothing or weights, so that parts and runs are
        comparable.
        """
        logits = logits.detach()
        losses = functional.cross_entropy(logits, labels, reduction="none")
        best = logits.topk(self.k, dim=1)
        hits = best.indices == labels[:, None]
        first, among = hits[:, 0], hits.any(dim=1)
        genus = self._genera[best.indices[:, 0]] == self._genera[labels]
        self._sums += torch.stack(
            [losses.double().sum(), *(v.double().sum() for v in (first, among, genus))]
        )
        for row, values in zip(
            self._by_class, (torch.ones_like(labels), first, among), strict=True
        ):
            row.index_add_(0, labels, values.to(torch.int64))
        certainty = (best.values[:, 0] - logits.logsumexp(dim=1)).exp()
        add_by_certainty(self._by_certainty, certainty, first)

    def tensors(self) -> dict[str, Tensor]:
        """Return the state for a checkpoint, so that a resumed run counts every photograph."""
        return {
            "sums": self._sums,
            "by_class": self._by_class,
            "by_certainty": self._by_certainty,
        }

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Restore what `tensors` returned."""
        for name, own in self.tensors().items():
            own.copy_(tensors[name])

    def gather(self, ranks: Ranks) -> None:
        """Sum the counts of all processes in the first; reset the others."""
        for own in self.tensors().values():
            whole = ranks.total(own)
            own.copy_(whole if ranks.is_first else torch.zeros_like(whole))

    def by_class(self) -> NDArray[np.int64]:
        """Return photographs, top-1 hits and top-k hits: (3, classes)."""
        return self._by_class.cpu().numpy().copy()

    def read(self) -> "Metrics":
        """Return the means so far; all zero if nothing was added."""
        images, first, among = self.by_class()
        loss, top1, top5, genus = self._sums.tolist()
        count = int(images.sum())
        share = max(count, 1)
        certainty, hits = self._by_certainty.tolist()
        low, high = wilson_interval(top1 / share, count)
        return Metrics(
            images=count,
            classes=int((images > 0).sum()),
            k=self.k,
            loss=loss / share,
            top1=top1 / share,
            top1_low=low,
            top1_high=high,
            top5=top5 / share,
            macro_top1=macro(recall_by_class(first, images)),
            macro_top5=macro(recall_by_class(among, images)),
            genus_top1=genus / share,
            ece=calibration_error(certainty, hits, count),
            buckets=self._buckets(images, first),
        )

    def _buckets(
        self, images: NDArray[np.int64], first: NDArray[np.int64]
    ) -> tuple[BucketScore, ...]:
        if self._train_images is None:
            return ()
        return bucket_scores(first, images, self._train_images)


@dataclass(frozen=True)
class Metrics:
    """Means over photographs, in 0..1; `loss` in nats.

    `macro_…` are means over the `classes` present. `top1_low` and `top1_high` are the 95 % interval
    of top-1. `ece` is the expected calibration error. `buckets` are scores by rarity, the rarest
    first.
    """

    images: int
    classes: int
    k: int
    loss: float
    top1: float
    top1_low: float
    top1_high: float
    top5: float
    macro_top1: float
    macro_top5: float
    genus_top1: float
    ece: float
    buckets: tuple[BucketScore, ...] = ()

    @property
    def bucket_top1(self) -> dict[str, float]:
        """Top-1 by the bucket's key in metrics.jsonl, for buckets with photographs."""
        return {
            bucket.metric: score.top1
            for bucket, score in zip(BUCKETS, self.buckets, strict=False)
            if score.top1 is not None
        }
