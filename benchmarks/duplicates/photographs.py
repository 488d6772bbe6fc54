"""The photographs of the benchmark: those that are judged, and those that the rest learns from."""

from pathlib import Path

import numpy as np

from engine.errors import BadInput
from engine.images.decode import Pixels, read_rgb
from engine.quality.measures import SIDE

PHOTOS = Path(__file__).resolve().parents[2].parent / "shared" / "photos"
JUDGED = 200
DIFFERENT = 1_000
_FOLDERS = ("flowers", "seedlings", "subjects/images")


def photographs(root: Path = PHOTOS) -> tuple[list[Path], list[Path]]:
    """Those that are judged and the others, in a random order that is always the same.

    Raises:
        BadInput: they are not on this machine.
    """
    found = [
        file
        for folder in _FOLDERS
        for file in sorted((root / folder).rglob("*"))
        if file.suffix.lower() in (".jpg", ".jpeg", ".png")
    ]
    if len(found) <= JUDGED:
        raise BadInput(f"There are no photographs in {root}.")
    order = np.random.default_rng(0).permutation(len(found))
    files = [found[place] for place in order.tolist()]
    return files[:JUDGED], files[JUDGED:]


def cuts(root: Path = PHOTOS) -> list[tuple[Path, Path]]:
    """Cuts of photographs, far smaller than these, each with the photograph it was cut from."""
    files = sorted((root / "off_centre" / "images").glob("*.jpg"))
    return [(file, root / "subjects" / "images" / file.name) for file in files]


def read(file: Path) -> Pixels:
    """As the quality scan decodes it."""
    return read_rgb(file, least_side=SIDE)
