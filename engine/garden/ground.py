"""The ground a plant stands on: soil, gravel, grass, fallen leaves."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.garden.noise import blend, cloud, smoothstep

Picture = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Colour = NDArray[np.float64]


def _relief(height_map: Picture, light: Picture, strength: float) -> Picture:
    dx = cv2.Sobel(height_map, cv2.CV_32F, 1, 0, ksize=3)
    dy = cv2.Sobel(height_map, cv2.CV_32F, 0, 1, ksize=3)
    lit = 1 - strength * (dx * light[0] + dy * light[1])
    return np.asarray(np.clip(lit, 0.35, 1.8), np.float32)


def _bytes(picture: Picture) -> Bytes:
    """Convert to 8 bits, because OpenCV draws anti-aliased only in 8-bit pictures."""
    return np.ascontiguousarray(np.clip(picture * 255, 0, 255), np.uint8)


def _paint(colour: Colour) -> list[float]:
    return [float(channel) for channel in np.clip(colour * 255, 0, 255)]


def _earth(
    rng: np.random.Generator, height: int, width: int, flat: float, light: Picture
) -> Picture:
    clods = cloud(rng, height, width, 0.07 * width, 5, 1 / flat, 0.7)
    tone = rng.uniform(0.55, 1.15)
    dark = np.array((0.20, 0.14, 0.10), np.float32) * tone
    pale = np.array((0.52, 0.41, 0.31), np.float32) * tone
    picture = blend(np.broadcast_to(dark, (height, width, 3)).astype(np.float32), pale,
                    smoothstep(0.25, 0.8, clods))  # fmt: skip
    return (picture * _relief(clods, light, 2.2)[..., None]).astype(np.float32)


def _stones(
    picture: Bytes, rng: np.random.Generator, count: int, size: float, flat: float,
    light: Picture,
) -> None:  # fmt: skip
    height, width = picture.shape[:2]
    rows = np.sort(rng.uniform(0, height, count))
    for row in rows:
        near = 0.35 + 0.65 * (row / height if flat < 0.7 else 1.0)
        long = size * width * near * rng.uniform(0.4, 1.3)
        axes = np.maximum(1, np.array((long, long * (0.45 + 0.45 * flat)))).astype(int)
        centre = np.array((rng.uniform(0, width), row))
        tone = np.array((0.56, 0.53, 0.49)) * rng.uniform(0.5, 1.25) + rng.normal(0, 0.025, 3)
        turn = rng.uniform(-40, 40)
        for shift, grow, bright in ((-0.35, 1.1, 0.3), (0.0, 1.0, 0.72), (0.16, 0.8, 0.95),
                                    (0.34, 0.45, 1.15)):  # fmt: skip
            spot = centre + light[:2] * long * shift
            colour = _paint(tone * bright)
            ring = np.maximum(1, axes * grow).astype(int).tolist()
            cv2.ellipse(picture, spot.astype(int).tolist(), ring, turn, 0, 360, colour, -1,
                        cv2.LINE_AA)  # fmt: skip


def soil(rng: np.random.Generator, height: int, width: int, flat: float, light: Picture) -> Bytes:
    """Crumbly soil with a few stones and shoots."""
    picture = _bytes(_earth(rng, height, width, flat, light))
    _stones(picture, rng, int(rng.integers(5, 50)), 0.014, flat, light)
    if rng.random() < 0.6:
        _blades(picture, rng, int(rng.integers(10, 60)), flat)
    return picture


def gravel(rng: np.random.Generator, height: int, width: int, flat: float, light: Picture) -> Bytes:
    """Pebbles on soil."""
    picture = _bytes(_earth(rng, height, width, flat, light))
    _stones(picture, rng, 320, rng.uniform(0.016, 0.028), flat, light)
    return picture


def litter(rng: np.random.Generator, height: int, width: int, flat: float, light: Picture) -> Bytes:
    """Fallen leaves on soil."""
    picture = _bytes(_earth(rng, height, width, flat, light))
    for row in np.sort(rng.uniform(0, height * 1.05, 130)):
        near = 0.4 + 0.6 * (row / height if flat < 0.7 else 1.0)
        long = 0.05 * width * near * rng.uniform(0.5, 1.3)
        colour = np.array((0.50, 0.34, 0.18)) * rng.uniform(0.45, 1.35)
        colour = colour + np.array((0.0, 0.08, 0.0)) * rng.random()
        turn, x = rng.uniform(0, np.pi), rng.uniform(0, width)
        t = np.linspace(0, 2 * np.pi, 16)
        shape = np.stack([long * np.cos(t), 0.42 * long * np.sin(t) * (0.7 + 0.3 * np.cos(t))], 1)
        spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        outline = shape @ spin.T * (1, 0.4 + 0.6 * flat) + (x, row)
        shade = np.round((outline - light[:2] * long * 0.16) * 8).astype(np.int32)
        leaf = np.round(outline * 8).astype(np.int32)
        cv2.fillPoly(picture, [shade], _paint(colour * 0.25), cv2.LINE_AA, 3)
        cv2.fillPoly(picture, [leaf], _paint(colour), cv2.LINE_AA, 3)
        ends = np.round((np.array([[-0.9, 0], [0.9, 0]]) * long @ spin.T
                         * (1, 0.4 + 0.6 * flat) + (x, row)) * 8).astype(np.int32)  # fmt: skip
        cv2.polylines(picture, [ends], False, _paint(colour * 1.25), 1, cv2.LINE_AA, 3)
    return picture


def _blades(picture: Bytes, rng: np.random.Generator, count: int, flat: float) -> None:
    """Blades of grass; the far ones come first and are smaller."""
    height, width = picture.shape[:2]
    t = np.linspace(0, 1, 6)[:, None]
    for row in np.sort(rng.uniform(-0.05, 1.25, count)):
        near = 0.35 + 0.75 * np.clip(row, 0, 1.2) if flat < 0.7 else 1.0
        tall = 0.16 * width * near * rng.uniform(0.4, 1.2) * (1.15 - 0.7 * flat)
        turn = rng.normal(-np.pi / 2, 0.4 + 1.4 * flat**2)
        foot = np.array((rng.uniform(0, width), row * height))
        direction = np.array((np.cos(turn), np.sin(turn))) * tall
        sag = np.array((np.sign(direction[0]) * 0.3, 0.35)) * tall
        middle = foot + direction * t + sag * t * t
        half = np.array((-direction[1], direction[0])) / max(tall, 1e-3)
        half = half * (0.0035 * width * near * rng.uniform(0.6, 1.6) + 0.4) * (1 - t) ** 0.7
        outline = np.concatenate([middle + half, (middle - half)[::-1]])
        tone = rng.uniform(0.55, 1.3)
        green = np.array((0.36, 0.50, 0.18)) * tone + rng.normal(0, 0.025, 3)
        points = np.round(outline * 8).astype(np.int32)
        cv2.fillPoly(picture, [points], _paint(green), cv2.LINE_AA, 3)


def lawn(rng: np.random.Generator, height: int, width: int, flat: float, light: Picture) -> Bytes:
    """Grass, blade by blade."""
    earth = _earth(rng, height, width, flat, light) * np.float32(0.62)
    picture = _bytes(earth * np.array((0.75, 1.3, 0.6), np.float32))
    _blades(picture, rng, int(rng.integers(360, 540)), flat)
    patches = 0.75 + 0.5 * cloud(rng, height, width, 0.4 * width, 2)
    return _bytes(picture * patches[..., None] * np.float32(1 / 255))


GROUNDS: dict[
    str, Callable[[np.random.Generator, int, int, float, Picture], Bytes]
] = {"soil": soil, "gravel": gravel, "litter": litter, "lawn": lawn}  # fmt: skip


def ground(
    kind: str, rng: np.random.Generator, height: int, width: int, flat: float, light: Picture
) -> Picture:
    """Ground (height, width, 3), 0 to 1, drawn at no more than 800 pixels and enlarged.

    `flat` is 0 for a view along the ground, 1 for a view from directly above; `light` is the
    direction of the sun in the picture.
    """
    shrink = max(1.0, width / 800)
    small = (max(8, round(height / shrink)), max(8, round(width / shrink)))
    picture = GROUNDS[kind](rng, *small, max(flat, 0.3), light)
    large = cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(large * np.float32(1 / 255), np.float32)
