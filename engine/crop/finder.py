"""From a photograph to the square that is kept of it."""

from dataclasses import dataclass

import cv2
import numpy as np

from engine.crop.box import Box, centre_square, padded_square
from engine.crop.saliency import SMALLEST_SIDE, SaliencyMap, saliency_map
from engine.images.decode import Pixels
from engine.settings.crop import CropPreset


@dataclass(frozen=True)
class Crop:
    """The square that is kept, the subject it was drawn around, and why if there is none.

    Boxes are in pixels of the upright photograph. `reason` is empty where a subject was found, and
    where the preset looks for none.
    """

    square: Box
    subject: Box | None = None
    reason: str = ""

    @property
    def is_fallback(self) -> bool:
        return bool(self.reason)


def find_crop(image: Pixels, preset: CropPreset) -> Crop:
    """Crop an RGB photograph to its subject, or to the centre where none is found."""
    height, width = image.shape[:2]
    if preset.detector == "none":
        return Crop(centre_square(width, height))
    if min(height, width) < SMALLEST_SIDE:
        return Crop(
            centre_square(width, height),
            reason=f"the photograph is smaller than {SMALLEST_SIDE} pixels",
        )
    return crop_from_saliency(saliency_map(image, preset), (width, height), preset)


def crop_from_saliency(saliency: SaliencyMap, size: tuple[int, int], preset: CropPreset) -> Crop:
    """Crop by threshold, largest contour, padding and square, as the project first published it.

    Args:
        saliency: (height, width) in 0..1, at any size.
        size: width and height of the photograph in pixels.
        preset: its threshold and padding are used.
    """
    width, height = size
    contour = largest_contour(saliency, preset.threshold)
    if contour is None:
        return Crop(
            centre_square(width, height),
            reason=f"nothing is more salient than {preset.threshold:.0%}",
        )
    if min(contour.width, contour.height) < 2:
        return Crop(centre_square(width, height), reason="only specks are salient")
    rows, columns = saliency.shape
    subject = contour.scaled(width / columns, height / rows, width, height)
    return Crop(padded_square(subject, preset.padding, width, height), subject)


def largest_contour(saliency: SaliencyMap, threshold: float) -> Box | None:
    """The box of the largest outline of what exceeds `threshold`, in pixels of the map."""
    mask = (saliency > threshold).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    return Box(*cv2.boundingRect(max(contours, key=cv2.contourArea)))
