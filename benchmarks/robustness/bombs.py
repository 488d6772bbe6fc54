"""Decompression bombs: none exhausts the memory or the time of the studio."""

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from benchmarks.bombs import BOMBS, MOST_MB, MOST_SECONDS, Cost, measured
from benchmarks.robustness.line import Line


def lines(root: Path, given: Namespace) -> Iterator[Line]:
    """One line for all bombs, with the maximum cost of one of them."""
    # Pillow also warns of the files that it is asked to write.
    Image.MAX_IMAGE_PIXELS = None
    costs = {name: measured(bomb()) for name, bomb in BOMBS.items()}
    megabytes = max(cost.megabytes for cost in costs.values())
    seconds = max(cost.seconds for cost in costs.values())
    what = f"image bombs: at most {megabytes:.0f} MB and {seconds:.1f} s of the processor"
    wrong = [f"{name}: {fault}" for name, cost in costs.items() for fault in _faults(cost)]
    yield Line(what, len(costs), wrong)


def _faults(cost: Cost) -> list[str]:
    faults = [said for said in cost.said if said != "taken" and not said.endswith(".")]
    if cost.megabytes >= MOST_MB:
        faults.append(f"{cost.megabytes:.0f} MB")
    if cost.seconds >= MOST_SECONDS:
        faults.append(f"{cost.seconds:.1f} s")
    return faults
