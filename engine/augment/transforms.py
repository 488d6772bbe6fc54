"""Transforms from squares to tensors, for training and for validation."""

from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from engine.augment.pipeline import train_picture, val_picture
from engine.images.decode import Pixels
from engine.settings.augmentation import TrainAugmentation, ValAugmentation


class Transform(Protocol):
    """Converts a square of side `resize` to a (3, side, side) uint8 tensor."""

    @property
    def resize(self) -> int: ...

    def __call__(self, square: Pixels, epoch: int, index: int) -> Tensor: ...


class ValTransform:
    """The centre crop of the square."""

    def __init__(self, settings: ValAugmentation) -> None:
        self.resize = settings.resize
        self._settings = settings

    def __call__(self, square: Pixels, epoch: int = 0, index: int = 0) -> Tensor:
        return _tensor(val_picture(square, self._settings))


class TrainTransform:
    """A random, augmented crop of the square, determined by (seed, epoch, index)."""

    def __init__(self, settings: TrainAugmentation, seed: int) -> None:
        self.resize = settings.resize
        self._settings = settings
        self._seed = seed

    def __call__(self, square: Pixels, epoch: int, index: int) -> Tensor:
        return _tensor(train_picture(square, self._settings, (self._seed, epoch, index)))


def _tensor(picture: Pixels) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))
