"""The blurred background behind the plant: sky, foliage, meadow, wall, dusk.

Everything here is blurred, so it is drawn at a fraction of the picture's size.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.garden.noise import blend, cloud, smoothstep

Picture = NDArray[np.float32]

BLOSSOMS = np.array(
    [(0.95, 0.94, 0.9), (0.96, 0.8, 0.2), (0.85, 0.2, 0.15), (0.5, 0.4, 0.8), (0.9, 0.5, 0.7),
     (0.35, 0.45, 0.88), (0.95, 0.55, 0.15)], np.float32,
)  # fmt: skip


def _ramp(height: int, width: int, top: Picture, bottom: Picture) -> Picture:
    share = np.linspace(0, 1, height, dtype=np.float32)[:, None] + np.zeros((1, width), np.float32)
    return blend(np.broadcast_to(top, (height, width, 3)).astype(np.float32), bottom, share)


def _colour(*channels: float) -> Picture:
    return np.array(channels, np.float32)


def _discs(
    picture: Picture, rng: np.random.Generator, count: int, radius: tuple[float, float],
    colours: Picture, strength: float,
) -> None:  # fmt: skip
    """Bright points out of focus: uniform discs with a slightly brighter rim."""
    height, width = picture.shape[:2]
    layer = np.zeros_like(picture)
    for _ in range(count):
        centre = (int(rng.uniform(0, width) * 8), int(rng.uniform(0, height) * 8))
        size = max(8, int(rng.uniform(*radius) * min(height, width) * 8))
        colour = colours[int(rng.integers(len(colours)))] * rng.uniform(0.4, 1.0) * strength
        disc = np.zeros_like(picture)
        cv2.circle(disc, centre, size, colour.tolist(), -1, cv2.LINE_AA, 3)
        cv2.circle(disc, centre, size, (colour * 1.3).tolist(), 1, cv2.LINE_AA, 3)
        layer = 1 - (1 - layer) * (1 - np.clip(disc, 0, 1))
    picture[:] = 1 - (1 - np.clip(picture, 0, 1)) * (1 - layer)


def _leaves(picture: Picture, rng: np.random.Generator, count: int, size: float) -> None:
    """Blotches of leaves in greens from dark to sunlit."""
    height, width = picture.shape[:2]
    for _ in range(count):
        centre = (int(rng.uniform(-0.1, 1.1) * width), int(rng.uniform(-0.1, 1.1) * height))
        long = size * min(height, width) * rng.uniform(0.5, 1.5)
        axes = (max(1, int(long)), max(1, int(long * rng.uniform(0.25, 0.55))))
        tone = rng.uniform(0.25, 1.0) ** 1.5
        green = _colour(0.10 + 0.38 * tone, 0.20 + 0.44 * tone, 0.06 + 0.20 * tone)
        green *= np.float32(1 + rng.normal(0, 0.08))
        cv2.ellipse(picture, centre, axes, rng.uniform(0, 180), 0, 360, green.tolist(), -1)


def _blur(picture: Picture, share: float) -> Picture:
    sigma = max(0.6, share * min(picture.shape[:2]))
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)


def foliage(rng: np.random.Generator, height: int, width: int) -> Picture:
    """Leaves with light between them."""
    dark = rng.uniform(0.5, 1.2)
    picture = _ramp(height, width, _colour(0.2, 0.3, 0.12) * dark, _colour(0.1, 0.18, 0.07) * dark)
    _leaves(picture, rng, 40, 0.3)
    picture = _blur(picture, 0.07)
    _leaves(picture, rng, int(rng.integers(10, 46)), rng.uniform(0.1, 0.22))
    picture = _blur(picture, rng.uniform(0.018, 0.07))
    if rng.random() < 0.65:
        lights = np.array([(0.75, 0.85, 0.5), (0.9, 0.93, 0.75), (0.6, 0.75, 0.35)], np.float32)
        _discs(picture, rng, int(rng.integers(6, 26)), (0.02, 0.07), lights, 0.5)
        picture = _blur(picture, 0.006)
    return picture


def meadow(rng: np.random.Generator, height: int, width: int) -> Picture:
    """Tall grass in the sun, with distant flowers."""
    warm = rng.uniform(-0.06, 0.1)
    top = _colour(0.52 + warm, 0.62, 0.30 - warm / 2) * rng.uniform(0.75, 1.15)
    picture = _ramp(height, width, top, _colour(0.22 + warm, 0.35, 0.12))
    streaks = cloud(rng, height, width, 0.12 * height, 3, 0.12)
    patches = cloud(rng, height, width, 0.5 * height, 2)
    picture *= (0.5 + 0.55 * streaks + 0.45 * patches)[..., None]
    picture = _blur(picture, rng.uniform(0.012, 0.04))
    if rng.random() < 0.6:
        chosen = BLOSSOMS[rng.permutation(len(BLOSSOMS))[:2]]
        _discs(picture, rng, int(rng.integers(5, 22)), (0.012, 0.045), chosen, 0.7)
        picture = _blur(picture, 0.012)
    return picture


def sky(rng: np.random.Generator, height: int, width: int) -> Picture:
    """Blue or grey sky with clouds, sometimes with trees along the bottom."""
    grey = rng.uniform(0, 0.8)
    top = _colour(0.24, 0.46, 0.80) * (1 - grey) + _colour(0.66, 0.71, 0.77) * grey
    low = _colour(0.70, 0.82, 0.93) * (1 - grey) + _colour(0.86, 0.87, 0.88) * grey
    picture = _ramp(height, width, top, low)
    clouds = cloud(rng, height, width, rng.uniform(0.3, 0.7) * width, 5, rng.uniform(1.5, 4))
    share = smoothstep(0.5, 0.78, clouds) * rng.uniform(0.2, 0.95)
    white = _colour(0.97, 0.97, 0.97) - 0.12 * cloud(rng, height, width, 0.2 * width)[..., None]
    picture = _blur(blend(picture, white.astype(np.float32), share), 0.012)
    if rng.random() < 0.7:
        line = cloud(rng, 1, width, 0.3 * width, 4)[0] * 0.35 + rng.uniform(-0.05, 0.5)
        rows = np.arange(height, dtype=np.float32)[:, None] / height
        trees = smoothstep(-0.03, 0.05, rows - 1 + line[None, :])
        green = foliage(rng, height, width) * np.float32(0.9)
        picture = _blur(blend(picture, green, trees), rng.uniform(0.012, 0.03))
    return picture


def stone_wall(rng: np.random.Generator, height: int, width: int) -> Picture:
    """Plaster, brick or boards, with the shadow of leaves on it."""
    paints = [(0.86, 0.82, 0.74), (0.72, 0.70, 0.67), (0.76, 0.52, 0.40), (0.56, 0.60, 0.62),
              (0.62, 0.36, 0.27), (0.48, 0.38, 0.29)]  # fmt: skip
    kind = int(rng.integers(len(paints)))
    picture = np.zeros((height, width, 3), np.float32) + _colour(*paints[kind])
    tone = (
        0.82
        + 0.2 * cloud(rng, height, width, 0.5 * width, 5)
        + 0.16 * cloud(rng, height, width, 6, 2)
    )
    picture *= tone[..., None]
    if kind == 4:
        _bricks(picture, rng)
    if kind == 5:
        _boards(picture, rng)
    picture = _blur(picture, rng.uniform(0.006, 0.02))
    if rng.random() < 0.5:
        shade = smoothstep(0.42, 0.6, cloud(rng, height, width, 0.35 * width, 3))
        picture *= (1 - 0.38 * _blur(shade, 0.02))[..., None]
    return picture


def _bricks(picture: Picture, rng: np.random.Generator) -> None:
    height, width = picture.shape[:2]
    course = max(5, int(height * rng.uniform(0.07, 0.12)))
    for row in range(0, height, course):
        offset = int(rng.uniform(0.3, 0.7) * course * 2.6) if (row // course) % 2 else 0
        for column in range(-offset, width, int(course * 2.6)):
            left, right = max(column, 0), max(column + int(course * 2.6), 0)
            tone = 1 + rng.normal(0, 0.12)
            picture[row : row + course, left:right] *= np.float32(tone)
            cv2.rectangle(picture, (column, row), (right, row + course), (0.6, 0.55, 0.5), 1)


def _boards(picture: Picture, rng: np.random.Generator) -> None:
    height, width = picture.shape[:2]
    step = max(6, int(width * rng.uniform(0.07, 0.14)))
    grain = cloud(rng, height, width, 0.3 * height, 4, 0.02)
    picture *= (0.75 + 0.5 * grain)[..., None]
    for column in range(int(rng.integers(step)), width, step):
        picture[:, column : column + step] *= np.float32(1 + rng.normal(0, 0.1))
        picture[:, column : column + 1] *= np.float32(0.45)


def dusk(rng: np.random.Generator, height: int, width: int) -> Picture:
    """Low sun through a garden: warm and dim, with large bright discs."""
    glow = _colour(0.80, 0.60, 0.36) * rng.uniform(0.7, 1.05)
    base = _colour(0.25, 0.28, 0.16) * rng.uniform(0.6, 1.2)
    picture = _ramp(height, width, glow, base)
    picture *= (0.6 + 0.8 * cloud(rng, height, width, 0.6 * width, 3))[..., None]
    _leaves(picture, rng, int(rng.integers(4, 16)), 0.14)
    picture = _blur(picture, 0.06)
    lights = np.array([(0.98, 0.84, 0.5), (0.9, 0.7, 0.4), (0.75, 0.8, 0.5)], np.float32)
    _discs(picture, rng, int(rng.integers(8, 30)), (0.02, 0.1), lights, 0.42)
    return _blur(picture, 0.006)


BACKDROPS: dict[str, Callable[[np.random.Generator, int, int], Picture]] = {
    "foliage": foliage,
    "meadow": meadow,
    "sky": sky,
    "wall": stone_wall,
    "dusk": dusk,
}


def backdrop(kind: str, rng: np.random.Generator, height: int, width: int) -> Picture:
    """A backdrop (height, width, 3), 0 to 1, drawn at about 200 pixels and enlarged."""
    shrink = max(height, width) / 220
    small = (max(8, round(height / shrink)), max(8, round(width / shrink)))
    picture = BACKDROPS[kind](rng, *small)
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC))
