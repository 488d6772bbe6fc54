"""Making the network's input picture from a cropped square.

Training, evaluation, prediction and the crop lab all call these functions.
"""

import cv2
import numpy as np

from engine.augment.augmentations import AUGMENTATIONS
from engine.crop.apply import central
from engine.images.decode import Pixels
from engine.settings.augmentation import TrainAugmentation, ValAugmentation

_ASPECT = (3 / 4, 4 / 3)


def val_picture(square: Pixels, settings: ValAugmentation) -> Pixels:
    """The centre crop of a square of side `resize`: (center_crop, center_crop, 3)."""
    return central(square, settings.center_crop)


def train_picture(square: Pixels, settings: TrainAugmentation, key: tuple[int, int, int]) -> Pixels:
    """A random crop of a square of side `resize`, augmented: (crop, crop, 3).

    `key` alone determines the random choices: the run's seed, the epoch (from 0), and the
    photograph's index.
    """
    chance = np.random.default_rng(key)
    picture = _random_piece(square, settings, chance)
    ordered = sorted(AUGMENTATIONS.items(), key=lambda item: item[1].order)
    for name, augmentation in ordered:
        if strength := settings.strength(name):
            picture = augmentation.apply(picture, strength, chance)
    return picture


def _random_piece(
    square: Pixels, settings: TrainAugmentation, chance: np.random.Generator
) -> Pixels:
    """A crop of random area and aspect (Szegedy et al., "Going deeper with convolutions", 2015)."""
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
