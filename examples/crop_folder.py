"""Crop every photograph of a folder to its subject.

python examples/crop_folder.py ~/photographs cropped --side 448
"""

import argparse
from pathlib import Path

from PIL import Image

from engine.crop.apply import read_square
from engine.crop.finder import find_crop_in
from engine.crop.presets import BUILT_IN
from engine.errors import UnreadableImage


def crop_folder(source: Path, target: Path, preset: str = "fast", side: int = 448) -> int:
    """Write a square PNG of each readable photograph of `source`; return their number."""
    target.mkdir(parents=True, exist_ok=True)
    count = 0
    for photo in sorted(path for path in source.iterdir() if path.is_file()):
        try:
            crop = find_crop_in(photo, BUILT_IN[preset])
            pixels = read_square(photo, crop.square, side)
        except UnreadableImage as error:
            print(error)
            continue
        Image.fromarray(pixels).save(target / f"{photo.stem}.png")
        print(f"{photo.name}: {crop.choice}, {crop.square.as_list()} {crop.reason}".rstrip())
        count += 1
    return count


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--preset", choices=list(BUILT_IN), default="fast")
    parser.add_argument("--side", type=int, default=448)
    options = parser.parse_args()
    crop_folder(options.source, options.target, options.preset, options.side)
