"""The flat picture of a petal, a leaf or any other part: colour, outline, veins."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.garden.noise import Field, blend, cloud, smoothstep

LENGTH = 320
MARGIN = 0.06

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Surface:
    """The appearance of a flat petal or leaf.

    `width` is its maximum half width divided by its length. `peak` is the position of the
    widest point (0 base, 1 tip), `fullness` below 0.5 makes it strap-like, above 1 pointed.
    `teeth` cuts of depth `cut` (0 to 1) serrate or lobe the margin; `backward` bends
    them to the base. `notch` is the depth of a notch at the tip. `veins` is one of
    none, fan, pinnate, parallel.
    """

    base: Colour
    tip: Colour
    width: float
    peak: float = 0.5
    fullness: float = 0.6
    edge: Colour | None = None
    teeth: int = 0
    cut: float = 0.0
    backward: bool = False
    notch: float = 0.0
    veins: str = "none"
    vein_count: int = 7
    vein_strength: float = 0.12
    throat: Colour | None = None
    throat_length: float = 0.25
    spots: Colour | None = None
    gloss: float = 0.08
    mottle: float = 0.1
    ruffle: float = 0.03


@dataclass(frozen=True, eq=False)
class Lamina:
    """A part ready to be placed: a pyramid of premultiplied RGBA float32 pictures, each half
    the size of the one before (row 0 is the base, the middle column the midrib), a blurred
    outline for its shadow, and its gloss."""

    levels: tuple[NDArray[np.float32], ...]
    halo: Field
    gloss: float


def press(rgba: NDArray[np.float32], gloss: float = 0.0) -> Lamina:
    """Make a lamina from a premultiplied RGBA picture (H, W, 4), 0 to 1."""
    levels = [np.ascontiguousarray(rgba, np.float32)]
    while min(levels[-1].shape[:2]) > 8:
        height, width = levels[-1].shape[:2]
        half = (max(4, width // 2), max(4, height // 2))
        shrunk = cv2.resize(levels[-1], half, interpolation=cv2.INTER_AREA)
        levels.append(np.asarray(shrunk, np.float32))
    height, width = rgba.shape[:2]
    scale = 48 / max(height, width)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.resize(levels[0][..., 3], size, interpolation=cv2.INTER_AREA)
    halo = np.asarray(cv2.GaussianBlur(small, (0, 0), 1.6), np.float32)
    return Lamina(tuple(levels), halo, gloss)


@lru_cache(maxsize=256)
def lamina(surface: Surface, variant: int) -> Lamina:
    """The lamina of a surface; the same surface and variant always give the same one."""
    rng = np.random.default_rng([variant, 9241])
    height = LENGTH
    width = int(np.clip(LENGTH * 2 * surface.width, 24, 512))
    u = np.linspace(-MARGIN, 1 + MARGIN, height, dtype=np.float32)[:, None]
    v = np.linspace(-1 - 2 * MARGIN, 1 + 2 * MARGIN, width, dtype=np.float32)[None, :]
    half = _half_width(surface, u, v, rng)
    wobble = (cloud(rng, height, 1, 70, 3) - 0.5) * 2 * surface.ruffle
    half = half * (1 + wobble * 2)
    inside = half - np.abs(v + 0.25 * wobble)
    alpha = np.clip(inside * width / 2.24 + 0.5, 0, 1) * np.clip(u * height / 1.12 + 1, 0, 1)
    if surface.notch:
        ragged = (cloud(rng, 1, width, max(6, width / 8), 2) - 0.5) * surface.notch * 0.5
        top = 1 - surface.notch * np.exp(-((v / 0.34) ** 2)) + ragged
        alpha = alpha * np.clip((top - u) * height / 1.12 + 0.5, 0, 1)
    colour = _colour(surface, u, v, half, rng)
    premultiplied = np.concatenate([colour * alpha[..., None], alpha[..., None]], 2)
    return press(premultiplied.astype(np.float32), surface.gloss)


def _half_width(surface: Surface, u: Field, v: Field, rng: np.random.Generator) -> Field:
    exponent = np.log(0.5) / np.log(surface.peak)
    along = np.clip(u, 0, 1)
    half = np.asarray(np.sin(np.pi * along**exponent) ** surface.fullness, np.float32)
    if surface.teeth:
        slant = 0.55 if surface.backward else -0.55
        side = np.where(v < 0, rng.uniform(-0.3, 0.3), 0.0)
        phase = (along + slant * np.abs(v) * surface.width) * surface.teeth + side
        saw = phase - np.floor(phase)
        saw = 1 - saw if surface.backward else saw
        depth = surface.cut * smoothstep(0.02, 0.2, along) * smoothstep(1.0, 0.85, along)
        half = np.asarray(half * (1 - depth * saw), np.float32)
    return np.array(np.broadcast_to(half, np.broadcast_shapes(half.shape, v.shape)), np.float32)


def _veins(surface: Surface, u: Field, v: Field, half: Field) -> Field:
    """The height of the veins: 0 between veins, 1 on a vein."""
    if surface.veins == "none":
        return np.zeros_like(half)
    if surface.veins == "pinnate":
        phase = (u - 0.9 * np.abs(v) * surface.width - 0.12 * v * v) * surface.vein_count
        lateral = 1 - smoothstep(0.0, 0.16, np.abs(phase - np.round(phase)))
        midrib = 1 - smoothstep(0.0, 0.09, np.abs(v) + 0.03 * u)
        fade = smoothstep(1.15, 0.4, np.abs(v) / (half + 0.05))
        return np.asarray(np.maximum(lateral * 0.65 * fade, midrib), np.float32)
    across = v / (half + 0.12) if surface.veins == "fan" else v + 0 * u
    phase = across * surface.vein_count * 0.5
    line = 1 - smoothstep(0.0, 0.34, np.abs(phase - np.round(phase)))
    return np.asarray(line * smoothstep(1.05, 0.5, u + 0 * v), np.float32)


def _colour(
    surface: Surface, u: Field, v: Field, half: Field, rng: np.random.Generator
) -> NDArray[np.float32]:
    height, width = half.shape
    along = np.clip(u + 0 * v, 0, 1)
    first, last = np.array(surface.base, np.float32), np.array(surface.tip, np.float32)
    colour = blend(first, last, smoothstep(0.05, 0.95, along))
    rim = np.clip(np.abs(v) / (half + 0.02), 0, 1.2)
    if surface.edge is not None:
        share = np.maximum(smoothstep(0.62, 1.02, rim), smoothstep(0.86, 1.0, along))
        colour = blend(colour, np.array(surface.edge, np.float32), share)
    if surface.throat is not None:
        uneven = cloud(rng, height, width, 26, 2) * 0.3 + 0.12 * np.cos(v * 9)
        reach = surface.throat_length
        share = smoothstep(reach * 1.25, reach * 0.7, along + uneven * reach - 0.1 * reach)
        colour = blend(colour, np.array(surface.throat, np.float32), share)
    if surface.spots is not None:
        colour = blend(colour, np.array(surface.spots, np.float32), _spots(along, rng))
    veins = _veins(surface, u, v, half)
    relief = cv2.GaussianBlur(veins, (0, 0), 1.5)
    slope = cv2.Sobel(relief, cv2.CV_32F, 1, 1, ksize=3) * 1.2
    tone = 1 - surface.vein_strength * veins + surface.vein_strength * slope
    tone = tone + surface.mottle * (cloud(rng, height, width, 60, 5, 0.6) - 0.5) * 2
    tone = tone * (1 - 0.2 * smoothstep(0.22, 0.0, along)) * (1 - 0.1 * smoothstep(0.7, 1, rim))
    return np.asarray(np.clip(colour * tone[..., None], 0, 1), np.float32)


def _spots(along: Field, rng: np.random.Generator) -> Field:
    height, width = along.shape
    spots = np.zeros((height, width), np.uint8)
    for _ in range(46):
        centre = (int(rng.normal(width / 2, width / 5)), int(rng.uniform(0.08, 0.66) * height))
        axes = (int(rng.integers(2, 5)), int(rng.integers(3, 8)))
        cv2.ellipse(spots, centre, axes, 0, 0, 360, 255, -1, cv2.LINE_AA)
    return (spots / np.float32(255) * 0.85).astype(np.float32)
