"""Finds the square that a photograph is cropped to."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.crop.box import Box, centre_square, padded_square
from engine.crop.policies import POLICIES, densest, integral
from engine.crop.saliency import SMALLEST_SIDE, SaliencyMap, memory_held, saliency_map, working_side
from engine.images.decode import Pixels, read_header, read_rgb
from engine.language.message import Message, message
from engine.settings.crop import CropPreset

Choice = Literal["tight", "wide", "centre"]

# The least short side to decode for a preset with a fixed working size; a camera's JPEG is then
# decoded at a half or a quarter.
LEAST_DECODED_SIDE = 448


@dataclass(frozen=True)
class Crop:
    """The square to crop to, the subject's box, and why the square is not tight.

    Boxes are in pixels of the upright photograph. `choice` is tight (around the subject), wide (the
    largest square, at the subject) or centre. `confidence` is 0..1: how much more salient the tight
    square is than the rest. `reason` says why the square is not tight. It is empty for a tight
    square and for presets that do not look for a subject.
    """

    square: Box
    subject: Box | None = None
    reason: Message | str = ""
    confidence: float = 0.0
    choice: Choice = "tight"

    @property
    def is_fallback(self) -> bool:
        """Whether no subject was found, so that the centre is used."""
        return self.choice == "centre" and bool(self.reason)


def find_crop(image: Pixels, preset: CropPreset, size: tuple[int, int] | None = None) -> Crop:
    """Crop an RGB photograph to its subject, or to the centre if none is found.

    Args:
        image: (height, width, 3), possibly decoded at reduced size.
        size: width and height of the original photograph; None = those of the image.
    """
    height, width = image.shape[:2]
    size = size or (width, height)
    if preset.detector == "none":
        return _centre(size)
    if min(height, width) < SMALLEST_SIDE:
        return _centre(
            size, message("the photograph is smaller than {side} pixels", side=SMALLEST_SIDE)
        )
    return crop_from_saliency(saliency_map(image, preset), size, preset)


def find_crop_in(source: Path | bytes, preset: CropPreset) -> Crop:
    """Return the crop of an image file or its bytes; it is decoded at the lowest sufficient
    resolution.

    Raises:
        UnreadableImage: not an image, damaged, or too large.
    """
    header = read_header(source)
    size = (header.width, header.height)
    if preset.detector == "none":
        return _centre(size)
    with memory_held(size, preset):
        return find_crop(decode_for_saliency(source, preset), preset, size)


def decode_for_saliency(source: Path | bytes, preset: CropPreset) -> Pixels:
    """Decode the image from which saliency is computed, possibly at reduced size.

    Raises:
        UnreadableImage: not an image, damaged, or too large.
    """
    longest = working_side(preset)
    return read_rgb(source, None if longest is None else max(LEAST_DECODED_SIDE, longest))


def crop_from_saliency(saliency: SaliencyMap, size: tuple[int, int], preset: CropPreset) -> Crop:
    """Compute the crop from saliency with the preset's policy, padding and confidence.

    Args:
        saliency: (height, width) in 0..1, at any size.
        size: width and height of the photograph in pixels.
    """
    found = POLICIES[preset.policy].find(saliency, preset)
    if found is None:
        return _centre(
            size,
            message("nothing exceeds the threshold of {threshold:.0%}", threshold=preset.threshold),
        )
    if min(found.width, found.height) < 2:
        return _centre(size, message("only specks exceed the threshold"))
    width, height = size
    rows, columns = saliency.shape
    confidence = contrast(saliency, found)
    subject = found.scaled(width / columns, height / rows, width, height)
    if confidence >= preset.tight_confidence:
        square = padded_square(
            subject, preset.padding, width, height, preset.minimum_side, preset.aspect
        )
        return Crop(square, subject, "", confidence, "tight")
    unsure = message("the confidence is only {confidence:.0%}", confidence=confidence)
    if confidence >= preset.wide_confidence:
        return Crop(_wide(saliency, size), subject, unsure, confidence, "wide")
    return Crop(centre_square(width, height), subject, unsure, confidence, "centre")


def contrast(saliency: SaliencyMap, box: Box) -> float:
    """Return how much more salient a box is than its surroundings, 0 (not) to 1."""
    inside = saliency[box.y : box.bottom, box.x : box.right]
    outside = saliency.size - inside.size
    if not outside:
        return 0.0
    mean_inside = float(inside.mean())
    mean_outside = (float(saliency.sum()) - float(inside.sum())) / outside
    return min(max(1 - mean_outside / max(mean_inside, 1e-6), 0.0), 1.0)


def _wide(saliency: SaliencyMap, size: tuple[int, int]) -> Box:
    """Return the largest square of the photograph, at the position with the most saliency."""
    width, height = size
    rows, columns = saliency.shape
    box, _ = densest(integral(saliency), min(rows, columns))
    side = min(width, height)
    x, y = round(box.x * width / columns), round(box.y * height / rows)
    return Box(min(x, width - side), min(y, height - side), side, side)


def _centre(size: tuple[int, int], reason: Message | str = "") -> Crop:
    return Crop(centre_square(*size), reason=reason, choice="centre")
