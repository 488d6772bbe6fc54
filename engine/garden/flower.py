"""Flowers: whorls of petals around an axis, a disc, stamens, sepals."""

from functools import lru_cache

import cv2
import numpy as np

from engine.garden.blade import Blade
from engine.garden.lamina import Colour, Lamina, Surface, lamina, press
from engine.garden.light import Vector, cross, vector
from engine.garden.species import Bloom, Disc, Stamens, Whorl

VARIANTS = 4


def unit(values: Vector) -> Vector:
    """The vector scaled to length 1."""
    return (values / np.float32(np.linalg.norm(values) + 1e-9)).astype(np.float32)


def frame(axis: Vector) -> tuple[Vector, Vector]:
    """Two unit vectors at right angles to the axis and to each other."""
    other = vector(0, 0, 1) if abs(axis[2]) < 0.8 else vector(1, 0, 0)
    first = unit(cross(other, axis))
    return first, unit(cross(axis, first))


def flower(
    bloom: Bloom, centre: Vector, axis: Vector, radius: float, rng: np.random.Generator,
    openness: float = 1.0, tint: Vector | None = None,
) -> list[Blade]:  # fmt: skip
    """The blades of a flower at `centre` that faces along `axis`; `radius` in plant units,
    `openness` from 0.5 (half closed) to 1."""
    axis = unit(axis)
    start = rng.uniform(0, 2 * np.pi)
    blades: list[Blade] = []
    if bloom.sepal is not None:
        green = Whorl(5, bloom.sepal, 0.42, -0.1, 0.12, 0.1, 0.3)
        behind = (centre - axis * np.float32(0.05 * radius)).astype(np.float32)
        blades += _whorl(green, behind, axis, radius, start, rng, openness, None, -0.12 * radius)
    inner = 0.55 * bloom.disc.radius if bloom.disc else 0.03
    for level, whorl in enumerate(bloom.whorls):
        rank = 0.04 * level * radius
        blades += _whorl(whorl, centre, axis, radius, start, rng, openness, tint, rank, inner)
    if bloom.disc is not None:
        blades.append(_disc(bloom.disc, centre, axis, radius))
    if bloom.stamens is not None:
        blades += _stamens(bloom.stamens, centre, axis, radius, rng)
    return blades


def _whorl(
    whorl: Whorl, centre: Vector, axis: Vector, radius: float, start: float,
    rng: np.random.Generator, openness: float, tint: Vector | None, rank: float,
    inner: float = 0.05,
) -> list[Blade]:  # fmt: skip
    first, second = frame(axis)
    blades = []
    for i in range(whorl.count):
        azimuth = start + (i + whorl.turn + rng.normal(0, 0.09)) * 2 * np.pi / whorl.count
        radial = unit((first * np.cos(azimuth) + second * np.sin(azimuth)).astype(np.float32))
        lift = whorl.elevation + (1 - openness) * 1.5 + rng.normal(0, 0.07)
        length = radius * whorl.length * (1 + rng.normal(0, 0.045)) - inner * radius
        along = radial * np.float32(np.cos(lift)) + axis * np.float32(np.sin(lift))
        normal = axis * np.float32(np.cos(lift)) - radial * np.float32(np.sin(lift))
        twist = rng.normal(0, 0.12)
        across = unit(cross(normal, along))
        across = unit((across + normal * np.float32(twist)).astype(np.float32))
        half = radius * whorl.length * whorl.surface.width * (1 + rng.normal(0, 0.05))
        shade = np.float32(1 + rng.normal(0, 0.035))
        blades.append(
            Blade(
                lamina(whorl.surface, int(rng.integers(VARIANTS))),
                origin=(centre + radial * np.float32(inner * radius)).astype(np.float32),
                along=(along * np.float32(length)).astype(np.float32),
                across=(across * np.float32(half * rng.choice([-1, 1]))).astype(np.float32),
                bend=(normal * np.float32((whorl.bend + rng.normal(0, 0.05)) * length)).astype(
                    np.float32
                ),
                cup=(normal * np.float32(whorl.cup * half * 2)).astype(np.float32),
                tint=(tint if tint is not None else vector(1, 1, 1)) * shade,
                shadow=0.34,
                rank=rank + float(rng.normal(0, 0.01)) * radius,
            )
        )
    return blades


def patch(
    picture: Lamina, centre: Vector, axis: Vector, radius: float, turn: float = 0.0,
    shadow: float = 0.4, rank: float = 0.0, tint: Vector | None = None,
) -> Blade:  # fmt: skip
    """A flat round picture of `radius` that faces along `axis`."""
    first, second = frame(unit(axis))
    up = (first * np.cos(turn) + second * np.sin(turn)).astype(np.float32)
    side = (second * np.cos(turn) - first * np.sin(turn)).astype(np.float32)
    size = np.float32(radius)
    return Blade(picture, (centre - up * size).astype(np.float32), up * size * 2, side * size,
                 shadow=shadow, rank=rank, tint=tint)  # fmt: skip


def _disc(disc: Disc, centre: Vector, axis: Vector, radius: float) -> Blade:
    above = (centre + axis * np.float32(disc.height * radius)).astype(np.float32)
    return patch(_dome(disc), above, axis, disc.radius * radius * 1.12, 0.0, 0.4, 0.5 * radius)


@lru_cache(maxsize=32)
def _dome(disc: Disc) -> Lamina:
    """Dots in the golden-angle spiral of a flower head (Vogel 1979) on a shaded dome."""
    size = 224
    rng = np.random.default_rng([disc.dots, 77])
    core, rim = np.array(disc.core), np.array(disc.rim)
    colour = np.zeros((size, size, 3), np.float32)
    colour[:] = core * 0.55
    dot = size * 0.46 / np.sqrt(disc.dots) * 0.95
    for i in range(disc.dots):
        distance = np.sqrt((i + 0.5) / disc.dots)
        angle = i * 2.399963
        x = size / 2 + np.cos(angle) * distance * size * 0.43
        y = size / 2 + np.sin(angle) * distance * size * 0.43
        tone = core + (rim - core) * distance**1.5
        tone = tone * rng.uniform(0.85, 1.1)
        for offset, grow, bright in ((0.25, 1.0, 0.62), (0.0, 0.85, 0.95), (-0.3, 0.4, 1.2)):
            point = (int((x + offset * dot * 0.6) * 16), int((y + offset * dot) * 16))
            fill = tuple(np.clip(tone * bright, 0, 1).tolist())
            cv2.circle(colour, point, int(dot * grow * 16), fill, -1, cv2.LINE_AA, 4)
    grid = np.linspace(-1, 1, size, dtype=np.float32)
    reach = np.sqrt(grid[:, None] ** 2 + grid[None, :] ** 2)
    colour *= (1.08 - 0.5 * np.clip(reach / 0.9, 0, 1.1)[..., None] ** 3).astype(np.float32)
    wave = 0.87 + 0.02 * np.sin(np.arctan2(grid[:, None], grid[None, :]) * 21)
    alpha = np.clip((wave - reach) * size / 3, 0, 1)[..., None]
    return press(np.concatenate([np.clip(colour, 0, 1) * alpha, alpha], 2))


@lru_cache(maxsize=32)
def _stamen(filament: Colour, anther: Colour) -> Lamina:
    height, width = 160, 40
    colour = np.zeros((height, width, 4), np.float32)
    cv2.line(colour, (20, 8), (20, 140), (*filament, 1.0), 4, cv2.LINE_AA)
    dark = tuple(0.7 * channel for channel in anther)
    cv2.ellipse(colour, (20, 138), (13, 14), 0, 0, 360, (*dark, 1.0), -1, cv2.LINE_AA)
    cv2.ellipse(colour, (18, 140), (8, 9), 0, 0, 360, (*anther, 1.0), -1, cv2.LINE_AA)
    return press(colour)


def _stamens(
    stamens: Stamens, centre: Vector, axis: Vector, radius: float, rng: np.random.Generator
) -> list[Blade]:
    first, second = frame(axis)
    picture = _stamen(stamens.filament, stamens.anther)
    blades = []
    for i in range(stamens.count):
        azimuth = i * 2.399963 + rng.normal(0, 0.1)
        lean = stamens.spread * np.sqrt((i + 0.7) / stamens.count) * rng.uniform(0.8, 1.2)
        radial = (first * np.cos(azimuth) + second * np.sin(azimuth)).astype(np.float32)
        along = axis * np.float32(np.cos(lean)) + radial * np.float32(np.sin(lean))
        length = np.float32(stamens.length * radius * rng.uniform(0.85, 1.1))
        across = unit(cross(along, vector(0.1, 0.2, 1)))
        blades.append(
            Blade(picture, (centre + radial * np.float32(0.03 * radius)).astype(np.float32),
                  (along * length).astype(np.float32),
                  (across * length * np.float32(0.13)).astype(np.float32),
                  bend=(radial * length * np.float32(0.1)).astype(np.float32),
                  shadow=0.2, rank=0.56 * radius)
        )  # fmt: skip
    return blades


def surface_blade(
    surface: Surface, base: Vector, along: Vector, normal: Vector, rng: np.random.Generator,
    droop: float = 0.2, cup: float = 0.2, shadow: float = 0.35, rank: float = 0.0,
    tint: Vector | None = None,
) -> Blade:  # fmt: skip
    """A leaf from `base`, as long as `along`, its upper side facing `normal`, its tip lowered by
    `droop` times its length."""
    length = np.float32(np.linalg.norm(along))
    across = unit(cross(normal, along))
    upper = unit(cross(along, across))
    half = length * np.float32(surface.width * rng.uniform(0.88, 1.12))
    shade = (tint if tint is not None else vector(1, 1, 1)) * np.float32(rng.normal(1, 0.06))
    return Blade(
        lamina(surface, int(rng.integers(VARIANTS))), base, along,
        (across * half * np.float32(rng.choice([-1, 1]))).astype(np.float32),
        bend=(vector(0, -1, 0) * length * np.float32(droop)).astype(np.float32),
        cup=(upper * half * np.float32(cup * 2)).astype(np.float32),
        tint=shade.astype(np.float32), shadow=shadow, rank=rank,
    )  # fmt: skip
