"""What a network is shown, as tensors: one way for training, one for judging."""

from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from torchvision.transforms.v2 import RandAugment

from engine.crop.views import train_picture, val_picture
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
    """A random piece of the square, recoloured: a function of (seed, epoch, index) alone."""

    def __init__(self, settings: TrainAugmentation, seed: int) -> None:
        self.resize = settings.resize
        self._settings = settings
        self._seed = seed
        self._rand_augment = RandAugment(2, settings.rand_augment)

    def __call__(self, square: Pixels, epoch: int, index: int) -> Tensor:
        chance = (self._seed, epoch, index)
        image = _tensor(train_picture(square, self._settings, chance))
        if self._settings.rand_augment:
            image = self._changed(image, chance)
        return image

    def _changed(self, image: Tensor, chance: tuple[int, int, int]) -> Tensor:
        """Two random changes (Cubuk et al., "RandAugment", 2020)."""
        # They draw from torch's generator, which belongs to the network.
        with torch.random.fork_rng(devices=[]):
            seed = np.random.SeedSequence(chance).generate_state(1, np.uint64)
            torch.manual_seed(int(seed[0]) >> 1)
            changed: Tensor = self._rand_augment(image)
        return changed


def _tensor(picture: Pixels) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))
