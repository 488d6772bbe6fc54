"""The scene around a plant: backdrop, ground, shadow, grass at its foot."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.garden.backdrop import backdrop
from engine.garden.blade import Camera, bounds, paint
from engine.garden.flower import surface_blade
from engine.garden.framing import ABOVE, Framing
from engine.garden.ground import ground
from engine.garden.lamina import Surface
from engine.garden.light import Light, vector
from engine.garden.noise import blend, cloud, smoothstep
from engine.garden.stalked import outward

Picture = NDArray[np.float32]

_GRASS = Surface((0.24, 0.38, 0.12), (0.44, 0.56, 0.20), 0.03, 0.3, 0.5, veins="parallel",
                 vein_count=4)  # fmt: skip


def scene(framing: Framing, light: Light, alpha: Picture, rng: np.random.Generator) -> Picture:
    """Draw the scene (H, W, 3), 0 to 1, without the plant, whose alpha (H, W) is given.

    A view from above shows only ground. A view from the side shows a backdrop, with ground
    below a horizon if the plant's foot is in the picture.
    """
    height, width = alpha.shape
    kind = str(rng.choice(["soil", "gravel", "litter", "lawn"], p=[0.3, 0.16, 0.22, 0.32]))
    sun = -light.direction if framing.pitch > ABOVE else light.direction
    brightness = np.float32(0.5 * light.sun + light.sky)
    if framing.pitch > ABOVE:
        floor = ground(kind, rng, height, width, float(np.sin(framing.pitch)), -sun)
        floor = np.asarray(cv2.GaussianBlur(floor, (0, 0), rng.uniform(0.6, 2.6) * width / 900))
        floor *= brightness * _shadow_above(alpha, light, framing.view.scale)[..., None]
        return floor
    far = str(rng.choice(["foliage", "meadow", "sky", "wall", "dusk"],
                         p=[0.3, 0.25, 0.18, 0.15, 0.12]))  # fmt: skip
    picture = backdrop(far, rng, height, width)
    if framing.rooted:
        foot = int(np.clip(framing.view.y, 1, height - 1))
        depth = (0.1 + 0.7 * np.sin(framing.pitch)) * rng.uniform(0.5, 1.1)
        horizon = int(max(foot - depth * height - 8, -0.2 * height))
        first = max(horizon, 0)
        floor = ground(kind, rng, height - first, width, float(np.sin(framing.pitch)),
                       light.direction)  # fmt: skip
        floor = _focus(floor * brightness, foot - first, rng)
        shadow = _shadow_side(alpha, framing, light)[first:]
        floor *= shadow[..., None]
        rows = np.arange(height - first, dtype=np.float32)[:, None] + np.float32(first - horizon)
        edge = 0.05 * height
        wave = cloud(rng, 1, width, width / 9, 3) * edge * 1.2
        share = smoothstep(0.0, edge, (rows - wave).astype(np.float32))
        picture[first:] = blend(picture[first:], floor, share)
    return picture


def _focus(floor: Picture, foot: int, rng: np.random.Generator) -> Picture:
    """Blur the ground more with increasing distance from the plant's foot."""
    height, width = floor.shape[:2]
    small = (max(1, width // 4), max(1, height // 4))
    coarse = cv2.resize(floor, small, interpolation=cv2.INTER_AREA)
    coarse = cv2.GaussianBlur(coarse, (0, 0), 3.5 * width / 900)
    far = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    rows = np.asarray(np.abs(np.arange(height) - foot) / (0.3 * width), np.float32)
    away = smoothstep(0.02, rng.uniform(0.35, 1.0), rows)[:, None] + np.zeros(
        (1, width), np.float32
    )
    return blend(floor, np.asarray(far), away)


def _shadow_above(alpha: Picture, light: Light, scale: float) -> Picture:
    """The light (H, W) that remains on the ground under the plant's shadow."""
    height, width = alpha.shape
    small = cv2.resize(alpha, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    move = -light.direction[:2] * np.float32(0.16 * scale / 4)
    shift = np.array([[1, 0, move[0]], [0, 1, move[1]]], np.float32)
    cast = cv2.warpAffine(small, shift, (width // 4, height // 4))
    cast = cv2.GaussianBlur(cast, (0, 0), max(1.0, 0.02 * scale / 4))
    close = cv2.GaussianBlur(small, (0, 0), max(1.0, 0.07 * scale / 4))
    left = (1 - 0.62 * light.sun * cast) * (1 - 0.55 * close)
    return np.asarray(cv2.resize(left, (width, height)), np.float32)


def _shadow_side(alpha: Picture, framing: Framing, light: Light) -> Picture:
    """The shadow (H, W) on level ground: the plant's alpha sheared at its foot and flattened."""
    height, width = alpha.shape
    view = framing.view
    small = cv2.resize(alpha, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    slope = 0.12 + 0.4 * np.sin(framing.pitch)
    flat = -slope if light.direction[2] > 0 else slope
    shear = float(np.clip(light.direction[0] / max(-light.direction[1], 0.3), -1.2, 1.2))
    y0, x0 = view.y / 4, view.x / 4
    lay = np.array([[1, shear, -shear * y0], [0, -flat, y0 + flat * y0]], np.float32)
    cast = cv2.warpAffine(small, lay, (width // 4, height // 4))
    cast = cv2.GaussianBlur(cast, (0, 0), max(1.2, 0.012 * view.scale / 4))
    x = (np.arange(width // 4, dtype=np.float32) - x0) / (0.2 * view.scale / 4)
    y = (np.arange(height // 4, dtype=np.float32)[:, None] - y0) / (0.07 * view.scale / 4)
    contact = np.exp(-(x * x + y * y))
    left = (1 - 0.7 * light.sun * cast) * (1 - 0.5 * contact)
    return np.asarray(cv2.resize(left.astype(np.float32), (width, height)), np.float32)


def tuft(
    view: Camera, light: Light, rng: np.random.Generator, height: int, width: int
) -> tuple[Picture, int, int] | None:
    """Grass that hides the foot of the plant: premultiplied RGBA (h, w, 4) and the left and
    top of its position in the picture; None for no grass."""
    if rng.random() < 0.25:
        return None
    blades = []
    for _ in range(int(rng.integers(8, 20))):
        foot = vector(rng.normal(0, 0.13), -0.03, rng.uniform(0.05, 0.2))
        direction = outward(rng.uniform(0, 2 * np.pi), rng.uniform(0.8, 1.45))
        length = np.float32(rng.uniform(0.12, 0.34))
        normal = vector(rng.normal(0, 0.4), 0.2, 1)
        leaf = surface_blade(_GRASS, foot, direction * length, normal, rng, rng.uniform(0.1, 0.4))
        blades.append(view.place(leaf))
    left, top, right, bottom = bounds(blades)
    x0, y0 = int(np.clip(left, 0, width - 1)), int(np.clip(top, 0, height - 1))
    x1, y1 = int(np.clip(right + 1, x0 + 1, width)), int(np.clip(bottom + 1, y0 + 1, height))
    return paint(blades, light, x0, y0, x1 - x0, y1 - y0), x0, y0
