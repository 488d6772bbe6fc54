"""The registry of augmentations for training pictures.

A new augmentation is an entry of `AUGMENTATIONS`. The setting `augmentation.train.extra.NAME`
then enables it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.augment.rand_augment import rand_augment
from engine.images.decode import Pixels
from engine.language.message import deferred
from engine.registry import Registry

Change = Callable[[Pixels, float, np.random.Generator], Pixels]

_ERASED_AREA = (0.02, 0.25)
_BLUR_SIGMA = (0.1, 2.0)
# Luma weights of red, green and blue (ITU-R BT.601).
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class Augmentation:
    """A random change of a picture (side, side, 3), determined by a random generator.

    `apply(picture, strength, chance)` returns a new picture and does not modify its argument. It
    is not called with strength 0. Augmentations run by ascending `order`, in timm's sequence:
    flips (10), rotation (15), RandAugment (20), colour jitter (30), hue (35), others (50), erasing
    (90).
    """

    title: str
    description: str
    apply: Change
    order: int = 50


def _mirrored(picture: Pixels, _: float, chance: np.random.Generator) -> Pixels:
    return picture[:, ::-1] if chance.random() < 0.5 else picture


def _upside_down(picture: Pixels, share: float, chance: np.random.Generator) -> Pixels:
    return picture[::-1] if chance.random() < share else picture


def _rotated(picture: Pixels, degrees: float, chance: np.random.Generator) -> Pixels:
    """Rotation about the centre by up to `degrees` either way; corners are reflections."""
    height, width = picture.shape[:2]
    angle = float(chance.uniform(-degrees, degrees))
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1.0)
    turned = cv2.warpAffine(
        np.ascontiguousarray(picture),
        turn,
        (width, height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    return np.asarray(turned, np.uint8)


def _other_hue(picture: Pixels, reach: float, chance: np.random.Generator) -> Pixels:
    """Shift all hues by up to `reach` of the colour circle, as torchvision's ColorJitter."""
    shift = round(float(chance.uniform(-reach, reach)) * 256) % 256
    colours = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2HSV_FULL)
    # Bytes wrap around like hues.
    colours[..., 0] += np.uint8(shift)
    return np.asarray(cv2.cvtColor(colours, cv2.COLOR_HSV2RGB_FULL), np.uint8)


def _recoloured(picture: Pixels, reach: float, chance: np.random.Generator) -> Pixels:
    """Colour jitter in one step: brightness, contrast, saturation times 1 - reach to 1 + reach."""
    brightness, contrast, saturation = 1 + chance.uniform(-reach, reach, 3)
    grey = np.outer(np.ones(3), _LUMA)
    mixed = saturation * np.eye(3) + (1 - saturation) * grey
    middle = _LUMA @ picture.mean(axis=(0, 1))
    colours = np.empty((3, 4), np.float32)
    colours[:, :3] = contrast * brightness * mixed
    colours[:, 3] = (1 - contrast) * brightness * middle
    return np.asarray(cv2.transform(np.ascontiguousarray(picture), colours), np.uint8)


def _greyed(picture: Pixels, share: float, chance: np.random.Generator) -> Pixels:
    """Greyscale (Touvron et al., "DeiT III", 2022)."""
    if chance.random() >= share:
        return picture
    grey = np.rint(picture @ _LUMA).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def _blurred(picture: Pixels, share: float, chance: np.random.Generator) -> Pixels:
    """Gaussian blur with a sigma of 0.1 to 2 pixels (Touvron et al., "DeiT III", 2022)."""
    if chance.random() >= share:
        return picture
    sigma = chance.uniform(*_BLUR_SIGMA)
    return np.asarray(cv2.GaussianBlur(np.ascontiguousarray(picture), (0, 0), sigma), np.uint8)


def _erased(picture: Pixels, share: float, chance: np.random.Generator) -> Pixels:
    """Noise over a random rectangle (Zhong et al., "Random erasing data augmentation", 2020)."""
    if chance.random() >= share:
        return picture
    side = picture.shape[0]
    area = chance.uniform(*_ERASED_AREA)
    aspect = np.exp(chance.uniform(-1, 1))
    height = min(side, max(1, round(side * np.sqrt(area * aspect))))
    width = min(side, max(1, round(side * np.sqrt(area / aspect))))
    y = int(chance.integers(0, side - height + 1))
    x = int(chance.integers(0, side - width + 1))
    noise: NDArray[np.uint8] = chance.integers(0, 256, (height, width, 3), dtype=np.uint8)
    erased = picture.copy()
    erased[y : y + height, x : x + width] = noise
    return erased


AUGMENTATIONS: Registry[Augmentation] = Registry(
    "augmentation",
    {
        "flip": Augmentation(
            deferred("Flip"), deferred("Mirrors left and right at random."), _mirrored, order=10
        ),
        "vertical_flip": Augmentation(
            deferred("Vertical flip"),
            deferred("How often the picture is turned upside down."),
            _upside_down,
            order=11,
        ),
        "rotation": Augmentation(
            deferred("Rotation"),
            deferred("Rotates by a random angle, at most this many degrees."),
            _rotated,
            order=15,
        ),
        "rand_augment": Augmentation(
            deferred("RandAugment"),
            deferred("Makes two random changes of shape or colour."),
            rand_augment,
            order=20,
        ),
        "color_jitter": Augmentation(
            deferred("Colour jitter"),
            deferred("Varies brightness, contrast and saturation."),
            _recoloured,
            order=30,
        ),
        "hue": Augmentation(
            deferred("Hue"),
            deferred("Varies hues, at most by this share of the colour circle."),
            _other_hue,
            order=35,
        ),
        "greyscale": Augmentation(
            deferred("Greyscale"), deferred("How often colours are removed."), _greyed
        ),
        "blur": Augmentation(
            deferred("Blur"), deferred("How often the picture is blurred."), _blurred
        ),
        "erasing": Augmentation(
            deferred("Erasing"),
            deferred("Covers a random rectangle with noise."),
            _erased,
            order=90,
        ),
    },
)
