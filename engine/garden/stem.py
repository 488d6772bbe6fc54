"""Stems and stalks."""

from functools import lru_cache

import numpy as np

from engine.garden.blade import Blade
from engine.garden.lamina import Colour, Lamina, press
from engine.garden.light import Vector, vector
from engine.garden.noise import cloud


@lru_cache(maxsize=64)
def _strip(colour: Colour, taper: float) -> Lamina:
    height, width = 256, 24
    rng = np.random.default_rng(311)
    u = np.linspace(-0.06, 1.06, height, dtype=np.float32)[:, None]
    v = np.linspace(-1.12, 1.12, width, dtype=np.float32)[None, :]
    half = 1 - (1 - taper) * np.clip(u, 0, 1)
    alpha = np.clip((half - np.abs(v)) * width / 2.24 + 0.5, 0, 1)
    alpha = alpha * ((u > -0.012) & (u < 1.012))
    tone = 0.92 + 0.3 * (cloud(rng, height, width, 40, 4, 0.2) - 0.5)
    tone = tone * (0.8 + 0.28 * np.clip(u, 0, 1))
    rgb = np.array(colour, np.float32) * tone[..., None]
    return press(
        np.concatenate([rgb * alpha[..., None], alpha[..., None]], 2).astype(np.float32), 0.1
    )


def stem(
    base: Vector, top: Vector, bow: Vector, thickness: float, colour: Colour,
    taper: float = 0.6, shadow: float = 0.25,
) -> Blade:  # fmt: skip
    """A round stalk from `base` to `top`. Its direction at `base` is turned by `bow`, and it
    bends back; `thickness` is its half width at the base, `taper` the share left at the top."""
    return Blade(
        _strip(colour, taper), base, (top - base + bow).astype(np.float32),
        vector(thickness, 0, 0), bend=(-bow).astype(np.float32), shadow=shadow, round=True,
    )  # fmt: skip
