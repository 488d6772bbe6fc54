"""The lighting of a photograph."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


def vector(*values: float) -> Vector:
    """A float32 vector."""
    return np.array(values, np.float32)


def cross(first: Vector, second: Vector) -> Vector:
    """The cross product of two vectors (3,); many times faster than NumPy's for single vectors."""
    a, b, c = first.tolist()
    x, y, z = second.tolist()
    return vector(b * z - c * y, c * x - a * z, a * y - b * x)


@dataclass(frozen=True)
class Light:
    """Sun and sky.

    `direction` points from the plant to the sun in picture axes (x right, y down,
    z to the viewer), length 1. `sun` and `sky` are intensities, `white` is the colour cast
    (3,) multiplied into the whole picture, `through` is the share of light that passes
    through a petal or leaf lit from behind.
    """

    direction: Vector
    sun: float
    sky: float
    white: Vector
    through: float = 0.75


STUDIO = Light(vector(-0.35, -0.55, 0.76), 0.35, 0.78, vector(1, 1, 1))


def daylight(rng: np.random.Generator) -> Light:
    """Choose a random daylight: overcast, noon sun, low warm sun, or open shade."""
    kind = rng.choice(4, p=[0.28, 0.38, 0.2, 0.14])
    side = rng.uniform(-1.0, 1.0)
    if kind == 0:
        direction, sun, sky, warmth = vector(side * 0.5, -0.8, 0.7), 0.36, 0.86, -0.02
    elif kind == 1:
        direction, sun, sky, warmth = vector(side, -0.9, rng.uniform(0.3, 1.0)), 0.72, 0.66, 0.02
    elif kind == 2:
        low = vector(np.sign(side) * 1.0, -0.35, rng.uniform(-0.4, 0.6))
        direction, sun, sky, warmth = low, 0.74, 0.62, 0.11
    else:
        direction, sun, sky, warmth = vector(side, -0.7, 0.7), 0.22, 0.82, -0.07
    warmth += rng.normal(0, 0.025)
    exposure = rng.uniform(0.95, 1.06)
    white = vector(1 + warmth, 1 + 0.1 * warmth, 1 - 1.2 * warmth) * np.float32(exposure)
    direction = direction / np.float32(np.linalg.norm(direction))
    return Light(direction.astype(np.float32), sun, sky, white)
