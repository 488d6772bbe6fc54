"""Normalising pixels as in a network's pretraining."""

import functools
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Normalisation:
    """Mean and standard deviation of each channel, in 0..1, from a network's pretraining."""

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __call__(self, images: Tensor) -> Tensor:
        """Convert uint8 (n, 3, h, w) to float32 with about mean 0 and deviation 1, same device."""
        mean, std = (_colours(values, images.device) for values in (self.mean, self.std))
        return images.float().div_(255).sub_(mean).div_(std)


@functools.cache
def _colours(values: tuple[float, ...], device: torch.device) -> Tensor:
    # Moved to the GPU once: a transfer per forward pass would make each one wait.
    with torch.inference_mode(False):
        return torch.tensor(values, device=device).view(1, 3, 1, 1)


def normalisation_of(model: nn.Module) -> Normalisation:
    """The normalisation that this network was pretrained with."""
    config: dict[str, Any] = getattr(model, "pretrained_cfg", None) or {}
    mean, std = config.get("mean") or (0.5,) * 3, config.get("std") or (0.5,) * 3
    return Normalisation(tuple(mean), tuple(std))
