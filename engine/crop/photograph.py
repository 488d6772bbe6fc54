"""Finds the crop of a photograph and applies it, in one step."""

from pathlib import Path

from engine.crop.apply import cut, read_square
from engine.crop.finder import Crop, decode_for_saliency, find_crop
from engine.images.decode import Pixels, read_header
from engine.settings.crop import CropPreset


def read_cropped(source: Path | bytes, preset: CropPreset, side: int) -> tuple[Crop, Pixels]:
    """Find the crop of a photograph and apply it: (side, side, 3) RGB.

    The image that was decoded for the saliency is reused for the result if it is large enough.

    Raises:
        UnreadableImage: not an image, damaged, or too large.
    """
    header = read_header(source)
    size = (header.width, header.height)
    image = decode_for_saliency(source, preset)
    crop = find_crop(image, preset, size)
    is_draft = image.shape[1] < header.width
    if is_draft and crop.square.width * image.shape[1] < side * header.width:
        return crop, read_square(source, crop.square, side)
    return crop, cut(image, crop.square, size, side)
