"""The loss of a run with its inputs from the training part."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.settings.optimisation import TrainingSettings
from engine.training.optim.losses import LOSSES, LossInputs


class Criterion:
    """The loss of a batch, summed over its photographs.

    Args:
        train_images: training photographs per class, (classes,); may be None for a loss that does
            not use them.
    """

    def __init__(
        self,
        settings: TrainingSettings,
        train_images: NDArray[np.int64] | None,
        device: torch.device,
    ) -> None:
        self._loss = LOSSES[settings.loss]
        log_prior: Tensor | None = None
        if train_images is not None:
            counts = torch.from_numpy(train_images).to(device, torch.float32).clamp(min=1)
            log_prior = (counts / counts.sum()).log()
        self._inputs = LossInputs(settings, log_prior)

    def __call__(self, logits: Tensor, target: Tensor) -> Tensor:
        """Takes logits (n, classes), and labels (n,) or, for mixed images, class shares (n,
        classes).
        """
        return self._loss.compute(logits, target, self._inputs)
