"""The whole way at once: from a photograph's file to the picture of its subject."""

from pathlib import Path

from engine.crop.apply import cut, read_square
from engine.crop.finder import Crop, find_crop, read_looked_at
from engine.images.decode import Pixels, read_header
from engine.settings.crop import CropPreset


def read_cropped(source: Path | bytes, preset: CropPreset, side: int) -> tuple[Crop, Pixels]:
    """Find the crop of a photograph and cut it out: (side, side, 3) RGB.

    What the saliency was computed from is used for the result too, if it is large enough.

    Raises:
        UnreadableImage: no photograph, damaged, or too large.
    """
    header = read_header(source)
    size = (header.width, header.height)
    image = read_looked_at(source, preset)
    crop = find_crop(image, preset, size)
    is_draft = image.shape[1] < header.width
    if is_draft and crop.square.width * image.shape[1] < side * header.width:
        return crop, read_square(source, crop.square, side)
    return crop, cut(image, crop.square, size, side)
