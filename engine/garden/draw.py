"""Drawing one photograph of the demo garden from its plan."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.garden.blade import bounds, paint
from engine.garden.framing import ABOVE, frame_plant
from engine.garden.habit import grow
from engine.garden.lens import develop, foreground
from engine.garden.light import daylight
from engine.garden.plan import Planting
from engine.garden.scene import scene, tuft
from engine.garden.species import SPECIES

FAINT = 24


@dataclass(frozen=True)
class Drawing:
    """A drawn photograph: RGB bytes (H, W, 3), the visible subject's alpha (H, W), and the
    tight box [x, y, width, height] in pixels of all parts of the subject in the frame: flowers,
    stems and leaves."""

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    box: tuple[int, int, int, int]


def draw(planting: Planting) -> Drawing:
    """Draw one photograph; the same planting always gives the same bytes."""
    species = next(s for s in SPECIES if s.binomial == planting.species)
    blades = grow(species, np.random.default_rng(planting.plant_seed))
    rng = np.random.default_rng(planting.seed)
    light = daylight(rng)
    width, height = planting.width, planting.height
    framing = frame_plant(blades, species, rng, width, height)
    placed = [framing.view.place(blade) for blade in blades]
    left, top, right, bottom = _clip(bounds(placed), width, height)
    canvas = paint(placed, light, left, top, right - left, bottom - top)
    softness = rng.uniform(0.3, 0.9) * (0.6 + width / 2000)
    canvas = np.asarray(cv2.GaussianBlur(canvas, (0, 0), softness), np.float32)

    alpha = np.zeros((height, width), np.float32)
    alpha[top:bottom, left:right] = canvas[..., 3]
    picture = scene(framing, light, alpha, rng)
    _cover(picture, np.zeros_like(alpha), canvas, left, top)
    if framing.rooted and framing.pitch <= ABOVE:
        grass = tuft(framing.view, light, rng, height, width)
        if grass is not None:
            _cover(picture, alpha, *grass)
    near = foreground(rng, height, width, framing.view.x / width)
    if near is not None:
        _cover(picture, alpha, near, 0, 0)
    mask = (np.clip(alpha, 0, 1) * 255).astype(np.uint8)
    mask[mask < FAINT] = 0
    x, y, w, h = cv2.boundingRect(mask)
    return Drawing(develop(picture, light, rng), mask, (int(x), int(y), int(w), int(h)))


def _cover(
    picture: NDArray[np.float32], alpha: NDArray[np.float32], layer: NDArray[np.float32],
    left: int, top: int,
) -> None:  # fmt: skip
    """Composite a layer in front of the picture and of the subject's alpha."""
    height, width = layer.shape[:2]
    part = picture[top : top + height, left : left + width]
    keep = 1 - cv2.extractChannel(layer, 3)
    part *= cv2.cvtColor(keep, cv2.COLOR_GRAY2RGB)
    part += cv2.cvtColor(layer, cv2.COLOR_RGBA2RGB)
    alpha[top : top + height, left : left + width] *= keep


def _clip(
    box: tuple[float, float, float, float], width: int, height: int
) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return (
        int(np.clip(left - 4, 0, width - 1)),
        int(np.clip(top - 4, 0, height - 1)),
        int(np.clip(right + 5, 1, width)),
        int(np.clip(bottom + 5, 1, height)),
    )
