"""The pictures of the pipeline as tensors: one way for training, one for validation."""

from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from engine.augment.pipeline import train_picture, val_picture
from engine.images.decode import Pixels
from engine.settings.augmentation import TrainAugmentation, ValAugmentation


class Transform(Protocol):
    """Turns a square of side `resize` into a (3, side, side) uint8 tensor."""

    @property
    def resize(self) -> int: ...

    def __call__(self, square: Pixels, epoch: int, index: int) -> Tensor: ...


class ValTransform:
    """The middle of the square, the same every time."""

    def __init__(self, settings: ValAugmentation) -> None:
        self.resize = settings.resize
        self._settings = settings

    def __call__(self, square: Pixels, epoch: int = 0, index: int = 0) -> Tensor:
        return _tensor(val_picture(square, self._settings))


class TrainTransform:
    """A random piece of the square, augmented: a function of (seed, epoch, index) alone."""

    def __init__(self, settings: TrainAugmentation, seed: int) -> None:
        self.resize = settings.resize
        self._settings = settings
        self._seed = seed

    def __call__(self, square: Pixels, epoch: int, index: int) -> Tensor:
        return _tensor(train_picture(square, self._settings, (self._seed, epoch, index)))


def _tensor(picture: Pixels) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))
