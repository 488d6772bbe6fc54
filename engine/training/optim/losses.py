"""The losses by name.

To add a loss, add an entry to `LOSSES`; `training.loss` then accepts it. The settings import this
file for the names, so it imports torch only inside functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.language.message import deferred
from engine.registry import Registry
from engine.settings.optimisation import TrainingSettings

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class LossInputs:
    """The inputs of a loss besides logits and target.

    `log_prior` is the logarithm of each class's share of the training photographs, (classes,); None
    if the counts are unknown.
    """

    settings: TrainingSettings
    log_prior: Tensor | None


@dataclass(frozen=True)
class Loss:
    """The loss of a batch, summed over its photographs.

    `compute(logits, target, inputs)` takes logits (n, classes). The target is labels (n,) or, for
    mixed images, class shares (n, classes).
    """

    title: str
    description: str
    compute: Callable[[Tensor, Tensor, LossInputs], Tensor]


def smoothed_shares(logits: Tensor, target: Tensor, smoothing: float) -> Tensor:
    """Return the target as class shares (n, classes), with label smoothing."""
    from torch.nn import functional

    classes = logits.shape[1]
    if target.dim() == 1:
        target = functional.one_hot(target, classes).to(logits.dtype)
    return target * (1 - smoothing) + smoothing / classes


def _cross_entropy(logits: Tensor, target: Tensor, inputs: LossInputs) -> Tensor:
    from torch.nn import functional

    return functional.cross_entropy(
        logits, target, reduction="sum", label_smoothing=inputs.settings.label_smoothing
    )


def _logit_adjusted(logits: Tensor, target: Tensor, inputs: LossInputs) -> Tensor:
    """Menon et al., "Long-tail learning via logit adjustment", 2021."""
    if inputs.log_prior is not None:
        logits = logits + inputs.settings.logit_tau * inputs.log_prior
    return _cross_entropy(logits, target, inputs)


def _balanced_softmax(logits: Tensor, target: Tensor, inputs: LossInputs) -> Tensor:
    """Ren et al., "Balanced meta-softmax for long-tailed visual recognition", 2020."""
    if inputs.log_prior is not None:
        logits = logits + inputs.log_prior
    return _cross_entropy(logits, target, inputs)


def _focal(logits: Tensor, target: Tensor, inputs: LossInputs) -> Tensor:
    """Lin et al., "Focal loss for dense object detection", 2017, with soft targets."""
    shares = smoothed_shares(logits, target, inputs.settings.label_smoothing)
    logs = logits.log_softmax(dim=1)
    return -(shares * (1 - logs.exp()) ** inputs.settings.focal_gamma * logs).sum()


LOSSES: Registry[Loss] = Registry(
    "loss",
    {
        "cross_entropy": Loss(
            deferred("Cross-entropy"), deferred("All photographs count the same."), _cross_entropy
        ),
        "logit_adjusted": Loss(
            deferred("Logit-adjusted"),
            deferred("Favours rare species; training.logit_tau sets how much."),
            _logit_adjusted,
        ),
        "balanced_softmax": Loss(
            deferred("Balanced softmax"),
            deferred("Favours rare species like logit adjustment with strength 1."),
            _balanced_softmax,
        ),
        "focal": Loss(
            deferred("Focal"),
            deferred("Easy photographs count less; training.focal_gamma sets how much."),
            _focal,
        ),
    },
)
