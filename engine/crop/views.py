"""From a cropped square to the picture a network is shown; the crop lab shows the same one."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.crop.apply import central
from engine.images.decode import Pixels
from engine.settings.augmentation import TrainAugmentation, ValAugmentation

_ASPECT = (3 / 4, 4 / 3)
_ERASED_AREA = (0.02, 0.25)
# How bright red, green and blue look (ITU-R BT.601).
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def val_picture(square: Pixels, settings: ValAugmentation) -> Pixels:
    """The middle of a square of side `resize`: (center_crop, center_crop, 3)."""
    return central(square, settings.center_crop)


def train_picture(square: Pixels, settings: TrainAugmentation, key: tuple[int, int, int]) -> Pixels:
    """A random piece of a square of side `resize`, recoloured: (crop, crop, 3).

    A function of `key` alone: the run's seed, the epoch, and the photograph's place.
    """
    chance = np.random.default_rng(key)
    picture = _random_piece(square, settings, chance)
    if settings.flip and chance.random() < 0.5:
        picture = picture[:, ::-1]
    if settings.color_jitter:
        picture = _recoloured(picture, settings.color_jitter, chance)
    if chance.random() < settings.erasing:
        picture = _erased(picture, chance)
    return picture


def _random_piece(
    square: Pixels, settings: TrainAugmentation, chance: np.random.Generator
) -> Pixels:
    """Random area and aspect (Szegedy et al., "Going deeper with convolutions", 2015)."""
    side, target = square.shape[0], settings.crop
    area = chance.uniform(*settings.scale) * side * side
    aspect = np.exp(chance.uniform(*np.log(_ASPECT)))
    width = min(side, max(1, round(np.sqrt(area * aspect))))
    height = min(side, max(1, round(np.sqrt(area / aspect))))
    x = int(chance.integers(0, side - width + 1))
    y = int(chance.integers(0, side - height + 1))
    piece = square[y : y + height, x : x + width]
    method = cv2.INTER_AREA if min(width, height) > target else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(piece, (target, target), interpolation=method), np.uint8)


def _recoloured(picture: Pixels, reach: float, chance: np.random.Generator) -> Pixels:
    """Brightness, contrast and saturation, each times 1 - reach to 1 + reach, in one step."""
    brightness, contrast, saturation = 1 + chance.uniform(-reach, reach, 3)
    grey = np.outer(np.ones(3), _LUMA)
    mixed = saturation * np.eye(3) + (1 - saturation) * grey
    middle = _LUMA @ picture.mean(axis=(0, 1))
    colours = np.empty((3, 4), np.float32)
    colours[:, :3] = contrast * brightness * mixed
    colours[:, 3] = (1 - contrast) * brightness * middle
    return np.asarray(cv2.transform(np.ascontiguousarray(picture), colours), np.uint8)


def _erased(picture: Pixels, chance: np.random.Generator) -> Pixels:
    """Noise over a random rectangle (Zhong et al., "Random erasing data augmentation", 2020)."""
    side = picture.shape[0]
    share = chance.uniform(*_ERASED_AREA)
    aspect = np.exp(chance.uniform(-1, 1))
    height = min(side, max(1, round(side * np.sqrt(share * aspect))))
    width = min(side, max(1, round(side * np.sqrt(share / aspect))))
    y = int(chance.integers(0, side - height + 1))
    x = int(chance.integers(0, side - width + 1))
    noise: NDArray[np.uint8] = chance.integers(0, 256, (height, width, 3), dtype=np.uint8)
    erased = picture.copy()
    erased[y : y + height, x : x + width] = noise
    return erased
