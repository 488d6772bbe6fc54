"""RandAugment with Pillow, so that the crop lab can show it without loading torch."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from engine.images.decode import Pixels

_CHANGES = 2
_STRONGEST = 30

# Arguments: a picture, a level from 0 to 1, and a sign.
Operation = Callable[[Image.Image, float, int], Image.Image]


def rand_augment(picture: Pixels, strength: float, chance: np.random.Generator) -> Pixels:
    """Apply two random geometric or colour operations (Cubuk et al., "RandAugment", 2020).

    The operations and their strengths (0 to 30) are those of torchvision's RandAugment.
    """
    image = Image.fromarray(np.ascontiguousarray(picture))
    names = list(OPERATIONS)
    for _ in range(_CHANGES):
        name = names[int(chance.integers(len(names)))]
        sign = 1 if chance.random() < 0.5 else -1
        image = OPERATIONS[name](image, strength / _STRONGEST, sign)
    return np.asarray(image, np.uint8)


def _moved(image: Image.Image, *inverse: float) -> Image.Image:
    """Transform the picture affinely; `inverse` maps output to input coordinates."""
    return image.transform(image.size, Image.Transform.AFFINE, inverse, Image.Resampling.NEAREST)


def _shift(level: float, sign: int, side: int) -> int:
    return int(sign * level * side * 150 / 331)


def _enhanced(
    make: Callable[[Image.Image], "ImageEnhance._Enhance"],
) -> Operation:
    return lambda image, level, sign: make(image).enhance(1 + sign * 0.9 * level)


OPERATIONS: dict[str, Operation] = {
    "Identity": lambda image, level, sign: image,
    "ShearX": lambda image, level, sign: _moved(image, 1, sign * 0.3 * level, 0, 0, 1, 0),
    "ShearY": lambda image, level, sign: _moved(image, 1, 0, 0, sign * 0.3 * level, 1, 0),
    "TranslateX": lambda image, level, sign: _moved(
        image, 1, 0, -_shift(level, sign, image.width), 0, 1, 0
    ),
    "TranslateY": lambda image, level, sign: _moved(
        image, 1, 0, 0, 0, 1, -_shift(level, sign, image.height)
    ),
    "Rotate": lambda image, level, sign: image.rotate(sign * 30 * level),
    "Brightness": _enhanced(ImageEnhance.Brightness),
    "Color": _enhanced(ImageEnhance.Color),
    "Contrast": _enhanced(ImageEnhance.Contrast),
    "Sharpness": _enhanced(ImageEnhance.Sharpness),
    "Posterize": lambda image, level, sign: ImageOps.posterize(image, round(8 - 4 * level)),
    "Solarize": lambda image, level, sign: ImageOps.solarize(image, round(255 * (1 - level))),
    "AutoContrast": lambda image, level, sign: ImageOps.autocontrast(image),
    "Equalize": lambda image, level, sign: ImageOps.equalize(image),
}
