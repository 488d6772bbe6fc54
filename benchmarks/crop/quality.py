"""The share of the subject that each method keeps, and the fill of its square."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.crop.photographs import Masked
from benchmarks.crop.ways import Find
from engine.crop.box import Box, padded_square
from engine.crop.finder import crop_from_saliency, decode_for_saliency, find_crop
from engine.crop.policies import mass_square
from engine.crop.saliency import saliency_map
from engine.settings.crop import CropPreset

KEPT, LOST = 0.9, 0.5
MASSES = (0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.96, 0.97, 0.98, 0.99, 0.995)


@dataclass(frozen=True)
class Quality:
    """Shares of the photographs of a set: `kept` has at least nine tenths of the subject inside,
    `lost` less than half; `fill` is the mean share of the square that is subject.
    """

    kept: float
    lost: float
    fill: float

    def __str__(self) -> str:
        return f"{self.kept:.3f} | {self.lost:.3f} | {self.fill:.3f}"


def quality(photographs: Sequence[Masked], squares: Sequence[Box]) -> Quality:
    """Measure one square for each photograph."""
    judged = [item.kept_and_fill(box) for item, box in zip(photographs, squares, strict=True)]
    kept, fill = np.array(judged).T
    return Quality(float((kept >= KEPT).mean()), float((kept < LOST).mean()), float(fill.mean()))


def best_square(item: Masked) -> Box:
    """The smallest square that keeps nine tenths of the subject, or the one that keeps most."""
    width, height = item.size
    ratio = 120 / max(width, height)
    small = cv2.resize(item.mask.astype(np.float32), None, fx=ratio, fy=ratio)
    found = mass_square(small, CropPreset(threshold=0.0, mass=KEPT + 0.005))
    assert found is not None, item.file
    rows, columns = small.shape
    return padded_square(
        found.scaled(width / columns, height / rows, width, height), 0, width, height
    )


def compare(
    sets: Mapping[str, Sequence[Masked]], ways: Mapping[str, Find], presets: Sequence[CropPreset]
) -> dict[str, list[Quality]]:
    """Print the table of every method on every set; return it by method."""
    print("| crop |" + "".join(f" {name}: kept | lost | fill |" for name in sets) + " ms |")
    print("|---|" + "---|" * (3 * len(sets) + 1))
    times = {preset.name: milliseconds(sets, preset) for preset in presets}
    table = {}
    for name, find in ways.items():
        judged = [quality(items, [find(item.file) for item in items]) for items in sets.values()]
        print(f"| {name} |" + "".join(f" {each} |" for each in judged), end="")
        print(f" {times[name]:.1f} |" if name in times else " |", flush=True)
        table[name] = judged
    judged = [quality(items, [best_square(item) for item in items]) for items in sets.values()]
    print("| the best square |" + "".join(f" {each} |" for each in judged) + " |", flush=True)
    return table | {"the best square": judged}


def milliseconds(
    sets: Mapping[str, Sequence[Masked]], preset: CropPreset, count: int = 60
) -> float:
    """The median CPU time of saliency and box for a photograph, without decoding."""
    if preset.detector == "none":
        return 0.0
    taken = []
    for item in [item for items in sets.values() for item in items][:count]:
        image, size = decode_for_saliency(item.file, preset), item.size
        taken.append(_milliseconds(lambda image=image, size=size: find_crop(image, preset, size)))
    return float(np.median(taken))


def trade_off(
    sets: Mapping[str, Sequence[Masked]], preset: CropPreset
) -> list[tuple[Quality, ...]]:
    """Print what the preset keeps, and the fill of its squares, for shares of the saliency.

    Returns one row per share, in ascending order, with the sets in order.
    """
    print(
        f"\n| `{preset.name}`, mass |" + "".join(f" {name}: kept | lost | fill |" for name in sets)
    )
    print("|---|" + "---|" * (3 * len(sets)))
    maps = {
        name: [saliency_map(decode_for_saliency(item.file, preset), preset) for item in items]
        for name, items in sets.items()
    }
    rows = []
    for mass in MASSES:
        tried = preset.model_copy(update={"mass": mass})
        judged = tuple(
            quality(
                items,
                [
                    crop_from_saliency(saliency, item.size, tried).square
                    for item, saliency in zip(items, maps[name], strict=True)
                ],
            )
            for name, items in sets.items()
        )
        print(f"| {mass:.3f} |" + "".join(f" {each} |" for each in judged), flush=True)
        rows.append(judged)
    return rows


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return 1000 * (time.process_time() - started)
