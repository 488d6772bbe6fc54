"""What training minimises."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from engine.settings.optimisation import TrainingSettings


class Criterion:
    """The loss of a batch, summed over its photographs.

    Args:
        train_images: training photographs of each class, (classes,); None is enough for a
            loss that asks for none.
    """

    def __init__(
        self,
        settings: TrainingSettings,
        train_images: NDArray[np.int64] | None,
        device: torch.device,
    ) -> None:
        self._smoothing = settings.label_smoothing
        self._gamma = settings.focal_gamma if settings.loss == "focal" else None
        # Logit adjustment (Menon et al., 2021); with a weight of one it is the balanced
        # softmax (Ren et al., 2020).
        tau = {"logit_adjusted": settings.logit_tau, "balanced_softmax": 1.0}.get(settings.loss)
        self._handicap: Tensor | None = None
        if tau is not None and train_images is not None:
            counts = torch.from_numpy(train_images).to(device, torch.float32).clamp(min=1)
            self._handicap = tau * (counts / counts.sum()).log()

    def __call__(self, logits: Tensor, target: Tensor) -> Tensor:
        """Logits (n, classes); labels (n,), or shares of the classes (n, classes) if mixed."""
        if self._handicap is not None:
            logits = logits + self._handicap
        if self._gamma is None:
            return functional.cross_entropy(
                logits, target, reduction="sum", label_smoothing=self._smoothing
            )
        return self._focal(logits, target, self._gamma)

    def _focal(self, logits: Tensor, target: Tensor, gamma: float) -> Tensor:
        """Lin et al., "Focal loss for dense object detection", 2017, with soft targets."""
        classes = logits.shape[1]
        if target.dim() == 1:
            target = functional.one_hot(target, classes).to(logits.dtype)
        target = target * (1 - self._smoothing) + self._smoothing / classes
        shares = logits.log_softmax(dim=1)
        return -(target * (1 - shares.exp()) ** gamma * shares).sum()
