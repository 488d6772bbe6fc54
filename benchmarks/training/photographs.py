"""The same JPEGs for both sides: as a split in a home, and as one folder per species."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.files import sha256_of
from engine.home import Home
from engine.split.classes import ClassMap
from engine.split.folder import SplitFolder, SplitLine, write_part

CLASSES = 8
VAL = CLASSES


def make_photographs(
    home: Home, source: Path | None, size: tuple[int, int], train: int, name: str
) -> Path:
    """Write `train` photographs of `size` (width, height), and a few for validation.

    They are made of the photographs under `source`, or of noise and discs without it. Returns the
    folder that contains train/SPECIES/ and val/SPECIES/, as links to the home's own files.
    """
    pictures = sorted(source.rglob("*.jpg")) if source else []
    classes = ClassMap(tuple(f"Species {number}" for number in range(CLASSES)))
    split, folders = SplitFolder(home.splits / name), home.root / "folders" / name
    for part, count in (("train", train), ("val", VAL)):
        lines = []
        for number in range(count) if part == "train" else range(train, train + count):
            label, path = number % CLASSES, home.images / name / f"{part}-{number}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            place = number * 7 % len(pictures) if pictures else None
            picture = _drawn(number) if place is None else cv2.imread(str(pictures[place]))
            large = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)
            # A resized image is smooth; a camera image has noise, which costs a decoder time.
            grain = np.random.default_rng(number).normal(0, 4, large.shape)
            grainy = np.clip(large + grain, 0, 255).astype(np.uint8)
            cv2.imwrite(str(path), grainy, [cv2.IMWRITE_JPEG_QUALITY, 90])
            link = folders / part / f"species_{label}" / path.name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path)
            species = classes.species[label]
            digest, written = sha256_of(path), home.relative(path)
            lines.append(SplitLine(path.stem, written, "", species, label, "", "", digest))
        write_part(split.part(part), lines)
    classes.write(split.classes)
    return folders


def _drawn(number: int) -> NDArray[np.uint8]:
    random = np.random.default_rng(number)
    picture = random.integers(40, 90, (480, 640, 3)).astype(np.uint8)
    for _ in range(12):
        x, y, radius = (int(value) for value in random.integers(20, 460, 3))
        colour = tuple(int(value) for value in random.integers(0, 255, 3))
        cv2.circle(picture, (x, y), radius // 4, colour, -1)
    return picture
