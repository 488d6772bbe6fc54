"""From a cropped square to what the network is shown: one way for training, one for judging."""

from typing import Protocol

import cv2
import numpy as np
import torch
from torch import Tensor
from torchvision.transforms.v2 import functional

from engine.crop.apply import central
from engine.images.decode import Pixels
from engine.settings.augmentation import TrainAugmentation, ValAugmentation

_ASPECT = (3 / 4, 4 / 3)
_ERASED_AREA = (0.02, 0.25)


class View(Protocol):
    """Turns a square of side `resize` into a (3, side, side) uint8 tensor."""

    @property
    def resize(self) -> int: ...

    def __call__(self, square: Pixels, epoch: int, index: int) -> Tensor: ...


class ValView:
    """The middle of the square, the same every time."""

    def __init__(self, settings: ValAugmentation) -> None:
        self.resize = settings.resize
        self._side = settings.center_crop

    def __call__(self, square: Pixels, epoch: int = 0, index: int = 0) -> Tensor:
        return _tensor(central(square, self._side))


class TrainView:
    """A random piece of the square, recoloured: a function of (seed, epoch, index) alone."""

    def __init__(self, settings: TrainAugmentation, seed: int) -> None:
        self.resize = settings.resize
        self._settings = settings
        self._seed = seed

    def __call__(self, square: Pixels, epoch: int, index: int) -> Tensor:
        chance = np.random.default_rng([self._seed, epoch, index])
        image = _tensor(self._random_piece(square, chance))
        if self._settings.flip and chance.random() < 0.5:
            image = functional.horizontal_flip(image)
        if self._settings.color_jitter:
            image = self._recoloured(image, chance)
        if chance.random() < self._settings.erasing:
            image = _erased(image, chance)
        return image

    def _random_piece(self, square: Pixels, chance: np.random.Generator) -> Pixels:
        """Random area and aspect (Szegedy et al., "Going deeper with convolutions", 2015)."""
        side, target = square.shape[0], self._settings.crop
        area = chance.uniform(*self._settings.scale) * side * side
        aspect = np.exp(chance.uniform(*np.log(_ASPECT)))
        width = min(side, max(1, round(np.sqrt(area * aspect))))
        height = min(side, max(1, round(np.sqrt(area / aspect))))
        x = int(chance.integers(0, side - width + 1))
        y = int(chance.integers(0, side - height + 1))
        piece = square[y : y + height, x : x + width]
        method = cv2.INTER_AREA if min(width, height) > target else cv2.INTER_CUBIC
        return np.asarray(cv2.resize(piece, (target, target), interpolation=method), np.uint8)

    def _recoloured(self, image: Tensor, chance: np.random.Generator) -> Tensor:
        reach = self._settings.color_jitter
        brightness, contrast, saturation = 1 + chance.uniform(-reach, reach, 3)
        image = functional.adjust_brightness(image, float(brightness))
        image = functional.adjust_contrast(image, float(contrast))
        recoloured: Tensor = functional.adjust_saturation(image, float(saturation))
        return recoloured


def _erased(image: Tensor, chance: np.random.Generator) -> Tensor:
    """Noise over a random rectangle (Zhong et al., "Random erasing data augmentation", 2020)."""
    side = image.shape[-1]
    share = chance.uniform(*_ERASED_AREA)
    aspect = np.exp(chance.uniform(-1, 1))
    height = min(side, max(1, round(side * np.sqrt(share * aspect))))
    width = min(side, max(1, round(side * np.sqrt(share / aspect))))
    y = int(chance.integers(0, side - height + 1))
    x = int(chance.integers(0, side - width + 1))
    noise = torch.from_numpy(chance.integers(0, 256, (3, height, width), dtype=np.uint8))
    image[:, y : y + height, x : x + width] = noise
    return image


def _tensor(picture: Pixels) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))
