"""What a network said of each photograph of a part, compactly."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from engine.training.metrics import clamped_k


@dataclass(frozen=True)
class Outcome:
    """One row a photograph that could be read.

    indices: its place in the part. labels: its true class. top (n, k) and probabilities
    (n, k): the k = min(5, classes) most probable classes, best first. losses: the negative
    logarithm of the true class's probability.
    """

    indices: NDArray[np.int64]
    labels: NDArray[np.int64]
    top: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    losses: NDArray[np.float32]

    @property
    def k(self) -> int:
        return int(self.top.shape[1])

    @property
    def first(self) -> NDArray[np.bool_]:
        """Whether the best guess is right: (n,)."""
        return np.asarray(self.top[:, 0] == self.labels)

    @property
    def among(self) -> NDArray[np.bool_]:
        """Whether one of the k best guesses is right: (n,)."""
        return np.asarray((self.top == self.labels[:, None]).any(axis=1))


class OutcomeWriter:
    """Gathers an outcome batch by batch."""

    def __init__(self, classes: int) -> None:
        self._k = clamped_k(classes)
        self._rows: list[tuple[Tensor, ...]] = []

    def add(self, indices: Tensor, labels: Tensor, logits: Tensor) -> None:
        """Add a batch: indices (n,), labels (n,), logits (n, classes)."""
        labels = labels.to(logits.device)
        best = logits.softmax(dim=1).topk(self._k, dim=1)
        losses = functional.cross_entropy(logits, labels, reduction="none")
        row = (indices, labels, best.indices, best.values, losses)
        self._rows.append(tuple(value.cpu() for value in row))

    def outcome(self) -> Outcome:
        """Everything that was added."""
        if not self._rows:
            empty = np.empty(0, np.int64)
            top = np.empty((0, self._k), np.int64)
            return Outcome(empty, empty, top, top.astype(np.float32), empty.astype(np.float32))
        columns = [torch.cat(values).numpy() for values in zip(*self._rows, strict=True)]
        return Outcome(*columns)
