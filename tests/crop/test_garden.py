"""Crops of the demo garden, whose plants have exact masks."""

import numpy as np

from engine.crop.finder import find_crop
from engine.crop.presets import FAST
from engine.garden.draw import draw
from engine.garden.plan import plan_garden


def test_fast_keeps_the_plant_in_nine_drawings_of_ten() -> None:
    kept = []
    for planting in plan_garden()[7::15]:
        drawing = draw(planting)
        square, plant = find_crop(drawing.image, FAST).square, drawing.mask > 0
        inside = plant[square.y : square.bottom, square.x : square.right].sum()
        kept.append(inside / plant.sum())
    assert len(kept) == 40
    assert np.mean(np.array(kept) >= 0.9) >= 0.9
