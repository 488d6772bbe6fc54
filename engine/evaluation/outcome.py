"""The predictions of a network for each photograph of a part, in compact arrays."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from engine.training.report.metrics import brier_scores, clamped_k


@dataclass(frozen=True)
class Certainty:
    """The certainty of a network for each photograph: (n,) each.

    losses: the negative log-probability of the true class. brier: the squared distance of all
    probabilities from the one-hot label, 0..2 (Brier, 1950).
    """

    losses: NDArray[np.float32]
    brier: NDArray[np.float32]


@dataclass(frozen=True)
class Outcome:
    """One row per readable photograph.

    indices: its index in the part. labels: its true class. top (n, k) and probabilities (n, k): the
    k = min(5, classes) most probable classes, best first. `plain` is for the logits without, the
    others for the logits with the temperature.
    """

    indices: NDArray[np.int64]
    labels: NDArray[np.int64]
    top: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    certainty: Certainty
    plain: Certainty

    @property
    def k(self) -> int:
        return int(self.top.shape[1])

    @property
    def first(self) -> NDArray[np.bool_]:
        """Whether the top-1 prediction is correct: (n,)."""
        return np.asarray(self.top[:, 0] == self.labels)

    @property
    def among(self) -> NDArray[np.bool_]:
        """Whether one of the top-k predictions is correct: (n,)."""
        return np.asarray((self.top == self.labels[:, None]).any(axis=1))


class OutcomeWriter:
    """Collects an outcome batch by batch; probabilities are at `temperature`."""

    def __init__(self, classes: int, temperature: float = 1.0) -> None:
        self._k = clamped_k(classes)
        self._temperature = temperature
        self._rows: list[tuple[Tensor, ...]] = []

    def add(self, indices: Tensor, labels: Tensor, logits: Tensor) -> None:
        """Add a batch: indices (n,), labels (n,), logits (n, classes)."""
        labels = labels.to(logits.device)
        tempered = logits / self._temperature
        best = tempered.softmax(dim=1).topk(self._k, dim=1)
        sure = (*_certainty(tempered, labels), *_certainty(logits, labels))
        row = (indices, labels, best.indices, best.values, *sure)
        self._rows.append(tuple(value.cpu() for value in row))

    def outcome(self) -> Outcome:
        """Return all batches as one outcome."""
        if not self._rows:
            nothing = torch.empty(0, dtype=torch.int64)
            self.add(nothing, nothing, torch.empty(0, self._k))
        columns = [torch.cat(values).numpy() for values in zip(*self._rows, strict=True)]
        indices, labels, top, probabilities, *sure = columns
        tempered, plain = Certainty(*sure[:2]), Certainty(*sure[2:])
        return Outcome(indices, labels, top, probabilities, tempered, plain)


def _certainty(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Return loss and Brier score, each (n,), of logits (n, classes)."""
    losses = functional.cross_entropy(logits, labels, reduction="none")
    return losses, brier_scores(logits.softmax(dim=1), labels)
