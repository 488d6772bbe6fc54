"""Laminas painted from other blades, for parts that are repeated many times."""

from collections.abc import Sequence

import numpy as np

from engine.garden.blade import Blade, Camera, camera, paint
from engine.garden.lamina import MARGIN, Lamina, press
from engine.garden.light import STUDIO


def sprite(blades: Sequence[Blade], height: int, box: tuple[float, float, float, float]) -> Lamina:
    """Paint blades seen from the front into a lamina of `height` pixels.

    `box` is (left, bottom, right, top) in plant units; its bottom becomes u = 0, its top
    u = 1 and its sides v = -1 and 1.
    """
    left, bottom, right, top = box
    scale = height / ((top - bottom) * (1 + 2 * MARGIN))
    width = max(8, round((right - left) * (1 + 2 * MARGIN) * scale))
    x = (-left + (right - left) * MARGIN) * scale
    y = (top + (top - bottom) * MARGIN) * scale
    view = Camera(camera(0, 0), scale, x, y)
    canvas = paint([view.place(blade) for blade in blades], STUDIO, 0, 0, width, height)
    return press(np.clip(canvas[::-1], 0, 1))
