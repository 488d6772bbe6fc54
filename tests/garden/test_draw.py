"""One drawn photograph: its size, its mask and its true box."""

import cv2
import numpy as np
import pytest

from engine.garden.draw import draw
from engine.garden.plan import Planting, plan_garden
from engine.garden.species import SPECIES


def first_small_planting_of(species: str) -> Planting:
    return min(
        (p for p in plan_garden() if p.species == species),
        key=lambda p: (p.width * p.height, p.file),
    )


@pytest.mark.parametrize("species", [s.binomial for s in SPECIES])
def test_the_box_is_the_bounding_box_of_the_mask_and_inside_the_image(species: str) -> None:
    planting = first_small_planting_of(species)
    drawing = draw(planting)
    assert drawing.image.shape == (planting.height, planting.width, 3)
    assert drawing.image.dtype == drawing.mask.dtype == np.uint8
    assert drawing.mask.shape == drawing.image.shape[:2]
    rows, columns = np.nonzero(drawing.mask)
    x, y, width, height = drawing.box
    assert (x, y) == (columns.min(), rows.min())
    assert (x + width, y + height) == (columns.max() + 1, rows.max() + 1)
    assert x >= 0 and x + width <= planting.width
    assert y >= 0 and y + height <= planting.height


def test_the_plant_covers_a_reasonable_part_of_the_image() -> None:
    for planting in plan_garden()[10::90]:
        *_, width, height = draw(planting).box
        assert 0.08 < max(width, height) / min(planting.width, planting.height) < 0.95


def test_the_same_planting_gives_the_same_pixels() -> None:
    planting = first_small_planting_of("Papaver imaginarium")
    assert np.array_equal(draw(planting).image, draw(planting).image)


def test_the_subject_differs_from_its_surroundings() -> None:
    drawing = draw(first_small_planting_of("Leucanthemum fictum"))
    inside = cv2.mean(drawing.image, drawing.mask)[:3]
    outside = cv2.mean(drawing.image, 255 - drawing.mask)[:3]
    assert np.abs(np.subtract(inside, outside)).max() > 15
