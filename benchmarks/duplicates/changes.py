"""What happens to photographs on their way through the web, each as a function."""

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from engine.images.decode import Pixels

Chance = np.random.Generator
_QUALITY = 90


def changed(image: Pixels, name: str, seed: int) -> Pixels:
    """An RGB picture after the change of that name, saved as a JPEG and read again."""
    chance = np.random.default_rng(seed)
    if name in _SAVED:
        return _saved(image, _SAVED[name])
    return _saved(CHANGES[name](image, chance), _QUALITY)


def _saved(image: Pixels, quality: int) -> Pixels:
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    content = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR_RGB), np.uint8)


def _scaled(image: Pixels, ratio: float) -> Pixels:
    size = [max(1, round(side * ratio)) for side in image.shape[1::-1]]
    method = cv2.INTER_AREA if ratio < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=method), np.uint8)


def _lit(image: Pixels, factor: float, offset: float = 0) -> Pixels:
    return np.asarray(np.clip(image * np.float32(factor) + offset, 0, 255), np.uint8)


def _watermarked(image: Pixels, chance: Chance) -> Pixels:
    """White text across the picture, 70 % opaque, at a random height."""
    height, width = image.shape[:2]
    over = image.copy()
    size = width / 300
    place = (round(width * 0.08), round(height * chance.uniform(0.3, 0.8)))
    font, thick = cv2.FONT_HERSHEY_SIMPLEX, max(1, round(3 * size))
    cv2.putText(over, "(c) Photographer", place, font, size, (255,) * 3, thick, cv2.LINE_AA)
    return np.asarray(cv2.addWeighted(over, 0.7, image, 0.3, 0), np.uint8)


def _bordered(image: Pixels, chance: Chance) -> Pixels:
    """A border of 6 % of the short side: white, black or brown."""
    wide = round(0.06 * min(image.shape[:2]))
    colour = [(255, 255, 255), (0, 0, 0), (120, 90, 60)][chance.integers(3)]
    kind = cv2.BORDER_CONSTANT
    return np.asarray(cv2.copyMakeBorder(image, *(wide,) * 4, kind, value=colour), np.uint8)


def _cut(image: Pixels, share: float, chance: Chance) -> Pixels:
    """That share less of the height and of the width, at a random place."""
    sides = [round(side * (1 - share)) for side in image.shape[:2]]
    y, x = (
        chance.integers(whole - side + 1)
        for whole, side in zip(image.shape[:2], sides, strict=True)
    )
    return image[y : y + sides[0], x : x + sides[1]]


def _turned(image: Pixels, chance: Chance) -> Pixels:
    """By 3 degrees either way, the corners black."""
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 3 * chance.choice([-1, 1]), 1)
    return np.asarray(cv2.warpAffine(image, turn, (width, height)), np.uint8)


def _grey(image: Pixels) -> Pixels:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)


def _blurred(image: Pixels) -> Pixels:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), min(image.shape[:2]) / 200), np.uint8)


_SAVED = {"JPEG quality 90": 90, "JPEG quality 50": 50, "JPEG quality 20": 20}
CHANGES: Mapping[str, Callable[[Pixels, Chance], Pixels]] = {
    **{name: lambda image, chance: image for name in _SAVED},
    "half the size": lambda image, chance: _scaled(image, 0.5),
    "1.5 times the size": lambda image, chance: _scaled(image, 1.5),
    "30 % brighter": lambda image, chance: _lit(image, 1.3),
    "30 % darker": lambda image, chance: _lit(image, 0.7),
    "mirror": lambda image, chance: np.ascontiguousarray(image[:, ::-1]),
    "watermark": _watermarked,
    "border of 6 %": _bordered,
    "5 % cropped": lambda image, chance: _cut(image, 0.05, chance),
    "10 % cropped": lambda image, chance: _cut(image, 0.1, chance),
    "rotated by 3 degrees": _turned,
    "greyscale": lambda image, chance: _grey(image),
    "blurred": lambda image, chance: _blurred(image),
    "40 % more contrast": lambda image, chance: _lit(image, 1.4, -51),
}
"""By name: from an RGB picture to the changed one."""
EASY = tuple(CHANGES)[:10]
"""Of which at least .95 are to be found."""
CROPPED = tuple(CHANGES)[10:12]
"""Of which at least .80 are to be found."""
