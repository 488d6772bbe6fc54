"""Camera effects: blurred foreground, vignetting, colour cast, noise."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.garden.light import Light
from engine.garden.noise import cloud

Picture = NDArray[np.float32]
TILE = 512


def foreground(rng: np.random.Generator, height: int, width: int, subject: float) -> Picture | None:
    """Leaves close to the lens, on the side away from the subject.

    `subject` is its horizontal position, 0 to 1. Returns premultiplied RGBA (height, width, 4),
    or None for no leaves.
    """
    if rng.random() > 0.34:
        return None
    shrink = max(height, width) / 128
    rows, columns = round(height / shrink), round(width / shrink)
    layer = np.zeros((rows, columns, 4), np.float32)
    corner = np.array((0 if subject > 0.5 else columns, rng.choice([0.25, 1.0]) * rows))
    for _ in range(int(rng.integers(2, 7))):
        centre = corner + rng.normal(0, 0.09, 2) * (columns, rows)
        long = rng.uniform(0.08, 0.2) * columns
        green = np.array((0.30, 0.44, 0.16)) * rng.uniform(0.4, 1.4)
        axes = (int(long), max(1, int(long * rng.uniform(0.2, 0.4))))
        cv2.ellipse(layer, centre.astype(int).tolist(), axes, rng.uniform(0, 180), 0, 360,
                    (*green.tolist(), 1.0), -1)  # fmt: skip
    layer = cv2.GaussianBlur(layer, (0, 0), rng.uniform(2.5, 5.0)) * np.float32(0.9)
    return np.asarray(cv2.resize(layer, (width, height), interpolation=cv2.INTER_LINEAR))


@lru_cache(maxsize=1)
def _grain() -> Picture:
    rng = np.random.default_rng(4096)
    fine = rng.standard_normal((TILE, TILE, 3), np.float32)
    shared = rng.standard_normal((TILE, TILE, 1), np.float32)
    return np.asarray(cv2.GaussianBlur(0.5 * fine + shared, (0, 0), 0.6), np.float32)


def develop(picture: Picture, light: Light, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Convert a scene (H, W, 3), 0 to 1, to the camera's RGB bytes. Modifies `picture`."""
    height, width = picture.shape[:2]
    fall = np.float32(rng.uniform(0.06, 0.3))
    y = np.linspace(-1, 1, 24, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, 32, dtype=np.float32)[None, :]
    gain = (1 - fall * (0.5 * (x * x + y * y)) ** 1.5)[..., None] * light.white * np.float32(255)
    gain = gain * (0.88 + 0.24 * cloud(rng, 24, 32, 14, 2))[..., None]
    picture *= cv2.resize(gain.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    grain = _grain() * np.float32(rng.uniform(2.6, 5.2))
    for top in range(0, height, TILE):
        for left in range(0, width, TILE):
            part = picture[top : top + TILE, left : left + TILE]
            part += grain[: part.shape[0], : part.shape[1]]
    return np.clip(picture, 0, 255).astype(np.uint8)
