"""Placing blades: the transform of a point, the bounding box, the painted pixels."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.garden.blade import Blade, Camera, bounds, camera, paint
from engine.garden.lamina import Surface, lamina
from engine.garden.light import STUDIO, vector

LEAF = Surface((0.3, 0.5, 0.2), (0.3, 0.5, 0.2), 0.3)
angles = st.floats(-1.2, 1.2)


def leaf(bend: float = 0.0) -> Blade:
    return Blade(
        lamina(LEAF, 0), vector(0, 0, 0), vector(0, 1, 0), vector(0.3, 0, 0), vector(0, 0, bend)
    )


@given(angles, angles, angles)
def test_a_camera_keeps_lengths_and_right_angles(yaw: float, pitch: float, roll: float) -> None:
    axes = camera(yaw, pitch, roll)
    assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-5)


def test_up_in_the_garden_is_up_in_the_image() -> None:
    placed = Camera(camera(0, 0), 100, 50, 180).place(leaf())
    assert np.allclose(placed.at(0.0)[:2], (50, 180))
    assert np.allclose(placed.at(1.0)[:2], (50, 80))


@settings(max_examples=40, deadline=None)
@given(angles, angles, st.floats(-0.5, 0.5))
def test_painted_pixels_are_inside_the_bounds_of_the_blade(
    yaw: float, pitch: float, bend: float
) -> None:
    placed = Camera(camera(yaw, pitch), 60, 100, 100).place(leaf(bend))
    alpha = paint([placed], STUDIO, 0, 0, 200, 200)[..., 3]
    rows, columns = np.nonzero(alpha > 0.1)
    assert len(rows) > 0
    left, top, right, bottom = bounds([placed])
    slack = 8
    assert left - slack <= columns.min() and columns.max() <= right + slack
    assert top - slack <= rows.min() and rows.max() <= bottom + slack


def test_a_canvas_can_be_any_window_of_the_image() -> None:
    placed = Camera(camera(0.3, 0.2), 60, 100, 100).place(leaf(0.2))
    whole = paint([placed], STUDIO, 0, 0, 200, 200)
    window = paint([placed], STUDIO, 80, 40, 50, 50)
    assert np.allclose(whole[40:90, 80:130], window, atol=0.02)


def test_the_nearer_blade_hides_the_farther() -> None:
    red, blue = vector(3, 0, 0), vector(0, 0, 3)
    view = Camera(camera(0, 0), 60, 100, 150)
    far = view.place(Blade(leaf().lamina, vector(0, 0, -1), vector(0, 1, 0), vector(0.3, 0, 0),
                           tint=red))  # fmt: skip
    near = view.place(Blade(leaf().lamina, vector(0, 0, 1), vector(0, 1, 0), vector(0.3, 0, 0),
                            tint=blue))  # fmt: skip
    middle = paint([near, far], STUDIO, 0, 0, 200, 200)[120, 100]
    assert middle[2] > 0.1 > middle[0]
