"""The photographs for the crop benchmarks, each with the true mask of its subject."""

import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.crop.box import Box
from engine.errors import BadInput

PHOTOS = Path(__file__).resolve().parents[2].parent / "shared" / "photos"
SETS = ("subjects", "off_centre")


@dataclass(frozen=True)
class Masked:
    """A photograph and the position of its subject."""

    file: Path
    mask_file: Path

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """(height, width), true on the subject."""
        return np.asarray(cv2.imread(str(self.mask_file), cv2.IMREAD_GRAYSCALE)) > 127

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        height, width = self.mask.shape
        return width, height

    @property
    def half(self) -> int:
        """0 or 1, the same for a photograph and for all its cut-outs."""
        return zlib.crc32(self.file.stem.encode()) % 2

    def kept_and_fill(self, square: Box) -> tuple[float, float]:
        """The share of the subject's pixels inside a square, and the share of the square that is
        subject.
        """
        inside = int(self.mask[square.y : square.bottom, square.x : square.right].sum())
        return inside / int(self.mask.sum()), inside / square.area


def masked(name: str, root: Path = PHOTOS, half: int | None = None) -> list[Masked]:
    """The photographs of one set, or of one half of it, by name.

    Raises:
        BadInput: they are not on this machine.
    """
    files = sorted((root / name / "images").glob("*.jpg"))
    if not files:
        raise BadInput(f"There are no photographs with masks in {root / name}.")
    found = [Masked(file, root / name / "masks" / f"{file.stem}.png") for file in files]
    return [item for item in found if half in (None, item.half)]


def enlarged(folder: Path, count: int, size: tuple[int, int], root: Path = PHOTOS) -> list[Path]:
    """JPEGs of `size` (width, height) made from the first landscape photographs."""
    made = []
    for item in masked(SETS[0], root):
        image = cv2.imread(str(item.file))
        if image is None or image.shape[0] > image.shape[1]:
            continue
        large = cv2.resize(image, size, interpolation=cv2.INTER_CUBIC)
        # Camera noise, which enlarged images lack and which costs a decoder time.
        noise = np.random.default_rng(len(made)).normal(0, 4, large.shape)
        made.append(folder / f"{size[0]}x{size[1]}-{len(made):03}.jpg")
        noisy = np.clip(large + noise, 0, 255).astype(np.uint8)
        cv2.imwrite(str(made[-1]), noisy, [cv2.IMWRITE_JPEG_QUALITY, 90])
        if len(made) == count:
            break
    return made
