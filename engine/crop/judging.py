"""Rates a crop by its saliency and, if the plant's true box is known, by that."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.crop.box import Box
from engine.crop.finder import Crop
from engine.crop.saliency import SaliencyMap
from engine.files import JSON_BYTES, sha256_of
from engine.language.message import Message, message
from engine.records import Number, read_record_or

# x, y, width, height
_Listed = tuple[Number, Number, Number, Number]
# Thresholds below or above which a crop needs a review.
_LITTLE_KEPT, _LITTLE_CONFIDENCE, _MUCH_ENLARGED, _LITTLE_AREA = 0.7, 0.5, 1.5, 0.06


@dataclass(frozen=True)
class Judged:
    """The rating of a crop.

    `kept` is the share of all saliency inside the square (NaN without saliency). `area` is the
    square's share of the photograph. `zoom` is the scale from the square to the network's input
    (below 1: shrunk). `concerns` are reasons for a review, `severity` their total weight, 0 without
    any.
    """

    kept: float
    area: float
    zoom: float
    concerns: tuple[Message, ...]
    severity: float


def judge_crop(crop: Crop, kept: float, size: tuple[int, int], side: int) -> Judged:
    """Rate a crop of a photograph of `size` (width, height) that is resized to `side` pixels.

    `kept` is the value of `saliency_inside`; NaN if the preset computes no saliency.
    """
    area = crop.square.area / (size[0] * size[1])
    zoom = side / crop.square.width
    doubts: list[tuple[float, Message]] = []
    if crop.is_fallback:
        doubts.append((1.0, message("Centre square kept: {reason}", reason=crop.reason)))
    if crop.choice == "wide":
        doubts.append((0.6, message("Wide square kept: {reason}", reason=crop.reason)))
    if kept < _LITTLE_KEPT:
        cut_off = message("{share:.0%} of the saliency is cut off", share=1 - kept)
        doubts.append((1 - kept, cut_off))
    if crop.choice == "tight" and crop.subject and crop.confidence < _LITTLE_CONFIDENCE:
        unsure = message("Only {confidence:.0%} confidence", confidence=crop.confidence)
        doubts.append((0.8 - crop.confidence, unsure))
    if zoom > _MUCH_ENLARGED:
        enlarged = message("Enlarged {times:.1f} times", times=zoom)
        doubts.append((0.3 * min(zoom - 1, 3), enlarged))
    if area < _LITTLE_AREA:
        doubts.append((0.5, message("Only {share:.1%} of the photograph is kept", share=area)))
    doubts.sort(key=lambda doubt: -doubt[0])
    return Judged(
        kept, area, zoom, tuple(reason for _, reason in doubts), sum(weight for weight, _ in doubts)
    )


def saliency_inside(saliency: SaliencyMap, square: Box, size: tuple[int, int]) -> float:
    """Return the share of all saliency inside a square of a photograph of `size`; NaN without any.

    Args:
        saliency: (height, width), at any size.
        square: in pixels of the photograph.
    """
    rows, columns = saliency.shape
    inside = square.scaled(columns / size[0], rows / size[1], columns, rows)
    total = float(saliency.sum(dtype=np.float64))
    part = saliency[inside.y : inside.bottom, inside.x : inside.right]
    return float(part.sum(dtype=np.float64)) / total if total > 0 else float("nan")


def coverage_and_fill(square: Box, plant: Box) -> tuple[float, float]:
    """Return the share of the plant's box in the square, and the share of the square it fills."""
    width = max(0, min(square.right, plant.right) - max(square.x, plant.x))
    height = max(0, min(square.bottom, plant.bottom) - max(square.y, plant.y))
    return width * height / plant.area, width * height / square.area


def overlap(one: Box, other: Box) -> float:
    """Return the intersection over union of two boxes: 1 = equal, 0 = disjoint."""
    width = max(0, min(one.right, other.right) - max(one.x, other.x))
    height = max(0, min(one.bottom, other.bottom) - max(one.y, other.y))
    shared = width * height
    return shared / (one.area + other.area - shared)


def true_boxes(folder: Path) -> dict[str, Box]:
    """Read the true boxes of plants, by the photographs' SHA-256, from a folder's boxes.json.

    Its content is {file: [x, y, width, height]}; the demo garden has one. Empty if there is no
    file.
    """
    listed = read_record_or(dict[str, _Listed], folder / "boxes.json", {}, JSON_BYTES)
    return {
        sha256_of(folder / file): Box(*map(round, box))
        for file, box in listed.items()
        if (folder / file).is_file()
    }
