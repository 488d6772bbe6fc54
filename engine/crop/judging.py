"""How good a crop is: from its saliency, and where the plant's true place is known, from that."""

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
# What is worth a second look: each with how much it counts.
_LITTLE_KEPT, _LITTLE_CONFIDENCE, _MUCH_ENLARGED, _LITTLE_AREA = 0.7, 0.5, 1.5, 0.06


@dataclass(frozen=True)
class Judged:
    """`kept` is the share of all saliency inside the square (NaN where there is none), `area`
    the square's share of the photograph, `zoom` how much the network's picture enlarges it
    (below 1: shrinks). `concerns` are reasons to look again, `severity` their weight, 0 if
    there are none.
    """

    kept: float
    area: float
    zoom: float
    concerns: tuple[Message, ...]
    severity: float


def judge_crop(crop: Crop, kept: float, size: tuple[int, int], side: int) -> Judged:
    """Judge a crop of a photograph of `size` (width, height) that is resized to `side` pixels.

    `kept` is as `saliency_inside` finds it; NaN where the preset looks at no saliency.
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
    """The share of all saliency that lies inside a square of a photograph of `size`; NaN of none.

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
    """The share of the plant's box inside the square, and the share of the square that it fills."""
    width = max(0, min(square.right, plant.right) - max(square.x, plant.x))
    height = max(0, min(square.bottom, plant.bottom) - max(square.y, plant.y))
    return width * height / plant.area, width * height / square.area


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes: 1 = the same, 0 = apart."""
    width = max(0, min(one.right, other.right) - max(one.x, other.x))
    height = max(0, min(one.bottom, other.bottom) - max(one.y, other.y))
    shared = width * height
    return shared / (one.area + other.area - shared)


def true_boxes(folder: Path) -> dict[str, Box]:
    """The plants' true boxes, by the photographs' sha256, from a folder's boxes.json.

    It holds {file: [x, y, width, height]}; the demo garden has one. Without one there are none.
    """
    listed = read_record_or(dict[str, _Listed], folder / "boxes.json", {}, JSON_BYTES)
    return {
        sha256_of(folder / file): Box(*map(round, box))
        for file, box in listed.items()
        if (folder / file).is_file()
    }
