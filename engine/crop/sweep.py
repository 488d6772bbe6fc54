"""Evaluates all pairs of threshold and padding on a sample."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.crop.box import Box
from engine.crop.finder import Crop, crop_from_saliency
from engine.crop.judging import coverage_and_fill, saliency_inside
from engine.crop.saliency import SaliencyMap
from engine.settings.crop import CropPreset

Axis = Literal["threshold", "mass"]
Measure = Literal["kept", "area", "fallback", "plant_kept", "fill"]

THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8)
MASSES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.99, 1.0)
PADDINGS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
# The share of a plant's box that must be inside the square for it to count as kept.
_KEPT = 0.9


@dataclass(frozen=True)
class Swept:
    """A photograph's saliency, its size (width, height), and the plant's true box if known."""

    saliency: SaliencyMap
    size: tuple[int, int]
    plant: Box | None = None


@dataclass(frozen=True)
class Sweep:
    """Means over a sample, each (rows, columns) in 0..1; NaN if undefined.

    Rows are values of `axis`, columns are paddings. `kept` is the share of saliency inside the
    square, `area` the square's share of the photograph, `fallback` the share of photographs with
    the centre crop. `plant_kept` is the share with at least nine tenths of the true box inside,
    `fill` the share of the square that the true box fills.
    """

    axis: Axis
    rows: tuple[float, ...]
    paddings: tuple[float, ...]
    measures: dict[Measure, NDArray[np.float64]]


def sweep_crops(
    sample: Iterable[Swept],
    preset: CropPreset,
    axis: Axis = "threshold",
    rows: Sequence[float] = (),
    paddings: Sequence[float] = PADDINGS,
) -> Sweep:
    """Crop every photograph of the sample with each pair of values; other settings are the
    preset's.

    The sample is iterated once, one photograph at a time.
    """
    rows = tuple(rows) or (THRESHOLDS if axis == "threshold" else MASSES)
    names: tuple[Measure, ...] = ("kept", "area", "fallback", "plant_kept", "fill")
    sums = np.zeros((len(names), len(rows), len(paddings)))
    counts = np.zeros_like(sums)
    cells = list(product(enumerate(rows), enumerate(paddings)))
    for item in sample:
        for (row, value), (column, padding) in cells:
            tried = preset.model_copy(update={axis: value, "padding": padding})
            measured = _measured(item, crop_from_saliency(item.saliency, item.size, tried))
            known = ~np.isnan(measured)
            sums[known, row, column] += measured[known]
            counts[known, row, column] += 1
    with np.errstate(invalid="ignore"):
        means = sums / np.where(counts, counts, np.nan)
    return Sweep(axis, rows, tuple(paddings), dict(zip(names, means, strict=True)))


def _measured(item: Swept, crop: Crop) -> NDArray[np.float64]:
    plant_kept = fill = np.nan
    if item.plant is not None:
        kept, fill = coverage_and_fill(crop.square, item.plant)
        plant_kept = float(kept >= _KEPT)
    return np.array(
        [
            saliency_inside(item.saliency, crop.square, item.size),
            crop.square.area / (item.size[0] * item.size[1]),
            float(crop.is_fallback),
            plant_kept,
            fill,
        ]
    )
