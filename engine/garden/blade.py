"""Placing a lamina in space, and the canvas it is painted on.

A blade is the surface p(u, v) = origin + along u + across v + bend u^2, u from 0 to 1
and v from -1 to 1. Seen from far away (orthographic) it can be inverted pixel by pixel
in closed form, so a petal of any size costs a few array operations and one remap.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import hypot, log2

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.garden.lamina import MARGIN, Lamina
from engine.garden.light import Light, Vector, cross, vector

NOTHING = vector(0, 0, 0)


@dataclass(frozen=True, eq=False)
class Blade:
    """A lamina in space, in plant units (x right, y up, z to the viewer) or, after
    `Camera.place`, in pixels (x right, y down, z to the viewer).

    `across` is half the width. `bend` curves it along u, `cup` makes it concave across v (for
    the shading). `tint` multiplies its colour, `shadow` is how much it darkens what is just
    behind it, `rank` is added to its depth. A `round` blade is a stalk: equally wide from
    every side and shaded like a cylinder.
    """

    lamina: Lamina
    origin: Vector
    along: Vector
    across: Vector
    bend: Vector = field(default_factory=lambda: NOTHING)
    cup: Vector = field(default_factory=lambda: NOTHING)
    tint: Vector | None = None
    shadow: float = 0.4
    rank: float = 0.0
    round: bool = False

    def at(self, u: float) -> Vector:
        """The point of the midrib at u (3,)."""
        return np.asarray(self.origin + self.along * u + self.bend * (u * u), np.float32)

    def heading(self, u: float) -> Vector:
        """The unit direction of the midrib at u (3,)."""
        direction = self.along + self.bend * np.float32(2 * u)
        return np.asarray(direction / (np.linalg.norm(direction) + 1e-9), np.float32)


@dataclass(frozen=True, eq=False)
class Camera:
    """An orthographic camera: `axes` (3, 3) has the camera's right, up and towards-viewer
    directions as rows, `scale` is pixels per plant unit, `x` and `y` are the position of the
    plant's origin in the picture."""

    axes: NDArray[np.float32]
    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def place(self, blade: Blade) -> Blade:
        """The blade in picture pixels."""
        turn = self.axes * np.float32(self.scale)
        turn = turn * vector(1, -1, 1)[:, None]
        along, across, bend, cup = (
            np.asarray(turn @ part, np.float32)
            for part in (blade.along, blade.across, blade.bend, blade.cup)
        )
        if blade.round:
            half = np.float32(np.linalg.norm(across))
            x, y, _ = (along + bend).tolist()
            across = vector(-y, x, 0) * np.float32(half / (hypot(x, y) + 1e-6))
            cup = vector(0, 0, -0.9) * half
        return replace(
            blade,
            origin=np.asarray(turn @ blade.origin + vector(self.x, self.y, 0), np.float32),
            along=along,
            across=across,
            bend=bend,
            cup=cup,
            rank=blade.rank * self.scale,
        )


def camera(yaw: float, pitch: float, roll: float = 0.0) -> NDArray[np.float32]:
    """Camera axes (3, 3) for a plant rotated by `yaw` about its stem and a camera tilted down by
    `pitch` (0 from the side, pi/2 from above) and rotated by `roll`, in radians."""
    cy, sy, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
    turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    tilt = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    cr, sr = np.cos(roll), np.sin(roll)
    lean = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return np.asarray(lean @ tilt @ turn, np.float32)


def bounds(
    blades: Sequence[Blade], axes: NDArray[np.float32] | None = None
) -> tuple[float, float, float, float]:
    """The box (left, top, right, bottom) of placed blades in pixels, or, with camera axes,
    of blades not yet placed, in plant units with y down."""
    origin, along, across, bend = (
        np.stack([getattr(blade, name) for blade in blades])[:, None]
        for name in ("origin", "along", "across", "bend")
    )
    u = np.array([-MARGIN, 0.25, 0.5, 0.75, 1 + MARGIN], np.float32)[None, :, None]
    middle = origin + along * u + bend * (u * u)
    side = across * np.float32(1.1)
    points = np.concatenate([middle - side, middle + side], 1).reshape(-1, 3)
    if axes is not None:
        points = points @ (axes * vector(1, -1, 1)[:, None]).T
    left, top = points[:, :2].min(0).tolist()
    right, bottom = points[:, :2].max(0).tolist()
    return left, top, right, bottom


def paint(
    blades: Iterable[Blade], light: Light, left: int, top: int, width: int, height: int
) -> NDArray[np.float32]:
    """Paint placed blades, farthest first, on a premultiplied RGBA canvas
    (height, width, 4) whose upper left corner is the picture's (left, top)."""
    canvas = np.zeros((height, width, 4), np.float32)
    shift = vector(left, top, 0)
    for blade in sorted(blades, key=lambda b: float(b.at(0.55)[2]) + b.rank):
        _paint(canvas, replace(blade, origin=blade.origin - shift), light)
    return canvas


@dataclass(frozen=True, slots=True)
class _Flat:
    """A blade projected on the picture: `along`, `across` and `bend` in pixels, the matrix from
    pixels to (u, v), and the bend in (u, v)."""

    along: tuple[float, float]
    across: tuple[float, float]
    bend: tuple[float, float]
    inverse: tuple[float, float, float, float]
    curve: tuple[float, float]


def _flatten(blade: Blade) -> _Flat:
    ax, ay, az = blade.along.tolist()
    cx, cy, cz = blade.across.tolist()
    bx, by, _ = blade.bend.tolist()
    length, full = hypot(ax, ay) + 1e-3, hypot(cx, cy, cz)
    determinant = ax * cy - cx * ay
    edge = max(0.15 * full, min(full, 0.6))
    if abs(determinant) < edge * length:
        # An edge-on blade has no inverse, so it gets a minimum width.
        sign = -edge if determinant < 0 else edge
        cx, cy = -ay / length * sign, ax / length * sign
    size = hypot(ax, ay, az)
    if length < 0.2 * size:
        ax, ay = ax * 0.2 * size / length, ay * 0.2 * size / length
    determinant = ax * cy - cx * ay or 1e-4
    inverse = (cy / determinant, -cx / determinant, -ay / determinant, ax / determinant)
    # Below -0.5 the blade would fold over itself, so the mapping would not be one to one.
    curve_u = min(max(inverse[0] * bx + inverse[1] * by, -0.44), 4.0)
    curve_v = inverse[2] * bx + inverse[3] * by
    bend = (ax * curve_u + cx * curve_v, ay * curve_u + cy * curve_v)
    return _Flat((ax, ay), (cx, cy), bend, inverse, (curve_u, curve_v))


def _paint(canvas: NDArray[np.float32], blade: Blade, light: Light) -> None:
    flat = _flatten(blade)
    shades = _shades(blade, light)
    level = _level(blade, flat)
    count = _pieces(flat)
    step = (1 + 2 * MARGIN) / count
    ox, oy = blade.origin[:2].tolist()
    for piece in range(count):
        low = -MARGIN + piece * step
        high = low + step
        us = (low, (2 * low + high) / 3, (low + 2 * high) / 3, high)
        xs = [ox + u * flat.along[0] + u * u * flat.bend[0] for u in us]
        ys = [oy + u * flat.along[1] + u * u * flat.bend[1] for u in us]
        side_x, side_y = 1.14 * abs(flat.across[0]) + 1, 1.14 * abs(flat.across[1]) + 1
        x0, x1 = max(int(min(xs) - side_x), 0), min(int(max(xs) + side_x) + 2, canvas.shape[1])
        y0, y1 = max(int(min(ys) - side_y), 0), min(int(max(ys) + side_y) + 2, canvas.shape[0])
        if x1 <= x0 or y1 <= y0:
            continue
        x = np.arange(x0 - ox, x1 - ox - 0.5, dtype=np.float32)[: x1 - x0]
        y = np.arange(y0 - oy, y1 - oy - 0.5, dtype=np.float32)[: y1 - y0, None]
        m = [np.float32(value) for value in flat.inverse]
        bent, sideways = (np.float32(value) for value in flat.curve)
        u = np.asarray(m[0] * x + m[1] * y, np.float32)
        if abs(bent) > 1e-3:
            u = (np.sqrt(np.maximum(1 + 4 * bent * u, 0)) - 1) / (2 * bent)
        v = np.asarray(m[2] * x + m[3] * y - sideways * u * u, np.float32)
        whole = (low, high) if count > 1 else None
        _composite(canvas[y0:y1, x0:x1], blade, u, v, shades, level, whole)


def _pieces(flat: _Flat) -> int:
    """The number of ranges of u to paint one by one, so that the empty corners around a long thin
    blade are skipped."""
    wide = abs(flat.along[0] + flat.bend[0]) + 2 * abs(flat.across[0])
    tall = abs(flat.along[1] + flat.bend[1]) + 2 * abs(flat.across[1])
    own = 2 * hypot(*flat.along) * hypot(*flat.across)
    return int(min(max(wide * tall / max(4 * own, 4000), 1), 8))


def _level(blade: Blade, flat: _Flat) -> NDArray[np.float32]:
    height, width = blade.lamina.levels[0].shape[:2]
    across = width / (2.2 * hypot(*flat.across) + 1e-3)
    along = height / (1.1 * hypot(*flat.along) + 1e-3)
    shrink = log2(max(across, along, 1.0)) - 0.5
    return blade.lamina.levels[min(int(max(shrink, 0)), len(blade.lamina.levels) - 1)]


GRID_U, GRID_V = 11, 9
DULL = 0.1
_U = np.linspace(0, 1, GRID_U, dtype=np.float32)[:, None, None]
_V = np.linspace(-1, 1, GRID_V, dtype=np.float32)[None, :, None]


def _shades(blade: Blade, light: Light) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Brightness and highlight, each (GRID_U, GRID_V), over u and v."""
    normal = (
        cross(blade.along, blade.across)
        + _U * (2 * cross(blade.bend, blade.across))
        + _V * (2 * cross(blade.along, blade.cup))
        + _U * _V * (4 * cross(blade.bend, blade.cup))
    )
    length = np.sqrt(np.einsum("ijk,ijk->ij", normal, normal)) + 1e-6
    normal = normal / (length * np.where(normal[..., 2] < 0, -1, 1))[..., None]
    facing = normal @ light.direction
    lit = np.where(facing > 0, facing, -facing * light.through)
    # Light from the sky brightens the parts that the sun does not reach.
    sky = light.sky * (0.88 - 0.16 * normal[..., 1])
    bright = (sky + light.sun * lit).astype(np.float32)
    if blade.lamina.gloss < DULL:
        return bright, bright
    half = light.direction + vector(0, 0, 1)
    half = half / np.float32(np.sqrt(half @ half))
    shine = np.maximum(normal @ half, 0) ** 24 * blade.lamina.gloss * (light.sun + 0.2)
    return bright, shine.astype(np.float32)


def _composite(
    target: NDArray[np.float32],
    blade: Blade,
    u: NDArray[np.float32],
    v: NDArray[np.float32],
    shades: tuple[NDArray[np.float32], NDArray[np.float32]],
    level: NDArray[np.float32],
    part: tuple[float, float] | None,
) -> None:
    across = (v + np.float32(1 + 2 * MARGIN)) * np.float32(0.5 / (1 + 2 * MARGIN))
    along = (u + np.float32(MARGIN)) * np.float32(1 / (1 + 2 * MARGIN))
    if part is not None:
        along[(u < part[0]) | (u >= part[1])] = -9
    source = _sample(level, across, along)
    dark = _sample(blade.lamina.halo, across, along)
    opaque = cv2.extractChannel(source, 3)
    grid_u, grid_v = u * np.float32(GRID_U - 1), (v + 1) * np.float32((GRID_V - 1) / 2)
    bright = _spread(shades[0], grid_v, grid_u)
    red, green, blue = (1.0, 1.0, 1.0) if blade.tint is None else blade.tint.tolist()
    source *= cv2.merge((bright * red, bright * green, bright * blue, np.ones_like(bright)))
    if blade.lamina.gloss >= DULL:
        shine = _spread(shades[1], grid_v, grid_u) * opaque
        source += cv2.merge((shine, shine, shine, np.zeros_like(shine)))
    keep = 1 - opaque
    dim = keep * (1 - np.float32(blade.shadow) * dark)
    target *= cv2.merge((dim, dim, dim, keep))
    target += source


def _spread(
    grid: NDArray[np.float32], x: NDArray[np.float32], y: NDArray[np.float32]
) -> NDArray[np.float32]:
    spread = cv2.remap(grid, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(spread, np.float32)


def _sample(
    picture: NDArray[np.float32], across: NDArray[np.float32], along: NDArray[np.float32]
) -> NDArray[np.float32]:
    height, width = picture.shape[:2]
    sampled = cv2.remap(
        picture, across * np.float32(width - 1), along * np.float32(height - 1),
        cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0,
    )  # fmt: skip
    return np.asarray(sampled, np.float32)
