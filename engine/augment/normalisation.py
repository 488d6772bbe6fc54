"""Pixels as a network was pretrained with them."""

import functools
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Normalisation:
    """Mean and spread of each colour, in 0..1, that a network was pretrained with."""

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __call__(self, images: Tensor) -> Tensor:
        """uint8 (n, 3, h, w) to float32 of about mean 0 and spread 1, on the same device."""
        mean, std = (_colours(values, images.device) for values in (self.mean, self.std))
        return images.float().div_(255).sub_(mean).div_(std)


@functools.cache
def _colours(values: tuple[float, ...], device: torch.device) -> Tensor:
    # Brought to a GPU once: it would be waited for at each pass.
    with torch.inference_mode(False):
        return torch.tensor(values, device=device).view(1, 3, 1, 1)


def normalisation_of(model: nn.Module) -> Normalisation:
    """What the pixels must look like for this network."""
    config: dict[str, Any] = getattr(model, "pretrained_cfg", None) or {}
    mean, std = config.get("mean") or (0.5,) * 3, config.get("std") or (0.5,) * 3
    return Normalisation(tuple(mean), tuple(std))
