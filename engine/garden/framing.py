"""The camera's framing: the plant's size, its position in the picture, the viewing angle."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.garden.blade import Blade, Camera, bounds, camera
from engine.garden.species import GardenSpecies

ABOVE = 0.72


@dataclass(frozen=True)
class Framing:
    """A view, its downward angle (radians) and whether the plant's foot is in the picture."""

    view: Camera
    pitch: float
    rooted: bool


def frame_plant(
    blades: Sequence[Blade], species: GardenSpecies, rng: np.random.Generator, width: int,
    height: int,
) -> Framing:  # fmt: skip
    """Choose a view in which the plant takes 15 to 80 % of the picture's short side.

    A plant whose foot is outside is cut by the lower edge; all others are completely inside.
    Off-centre positions are as likely as central ones.
    """
    pitch = float(rng.uniform(*species.pitch))
    axes = camera(float(rng.uniform(-0.6, 0.6)), pitch, float(rng.normal(0, 0.045)))
    left, top, right, bottom = bounds(blades, axes)
    share = 0.16 + 0.64 * float(rng.beta(2.1, 1.0))
    low_growing = species.habit in ("fern", "succulent", "scape")
    rooted = pitch > ABOVE or low_growing or share < 0.4 or bool(rng.random() < 0.4)
    keep = 1.0 if rooted else float(rng.uniform(0.62, 0.88))
    spread, tall = right - left, (bottom - top)
    scale = share * min(width, height) / max(spread, tall * keep)
    free_x = width * 0.98 - spread * scale
    x = 0.01 * width + free_x * float(rng.beta(0.8, 0.8)) - left * scale
    if rooted:
        free_y = height * 0.97 - tall * scale
        low = rng.beta(0.9, 0.9) if pitch > ABOVE else rng.beta(2.0, 0.8)
        y = 0.015 * height + free_y * float(low) - top * scale
    else:
        y = height - keep * tall * scale - top * scale
    return Framing(Camera(axes, scale, x, y), pitch, rooted)
