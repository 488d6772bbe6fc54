"""Where a photograph draws the eye: one number from 0 to 1 a pixel."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.images.decode import Pixels
from engine.settings.crop import CropPreset

SaliencyMap = NDArray[np.float32]

# OpenCV's type stubs leave out the makers of its contributed detectors.
_DETECTORS: dict[str, Any] = {
    "fine_grained": vars(cv2.saliency)["StaticSaliencyFineGrained_create"],
    "spectral_residual": vars(cv2.saliency)["StaticSaliencySpectralResidual_create"],
}

# Below this OpenCV's detectors have no neighbourhood to compare with.
SMALLEST_SIDE = 16


def saliency_map(image: Pixels, preset: CropPreset) -> SaliencyMap:
    """Saliency of an RGB picture, (height, width) in 0..1, at the preset's working size.

    Fine-grained: Montabone and Soto, "Human detection using a mobile platform and novel
    features derived from a visual saliency mechanism", 2010. Spectral residual: Hou and
    Zhang, "Saliency detection: a spectral residual approach", CVPR 2007.
    """
    picture = cv2.cvtColor(_at_working_size(image, preset.working_side), cv2.COLOR_RGB2BGR)
    if (picture == picture[0, 0]).all():
        # Nothing stands out of a single colour, though spectral residual says that everything does.
        return np.zeros(picture.shape[:2], np.float32)
    found, saliency = _DETECTORS[preset.detector]().computeSaliency(picture)
    if not found:
        return np.zeros(picture.shape[:2], np.float32)
    return np.asarray(np.clip(saliency, 0, 1), dtype=np.float32)


def _at_working_size(image: Pixels, longest: int | None) -> Pixels:
    height, width = image.shape[:2]
    if longest is None or max(height, width) <= longest:
        return image
    ratio = longest / max(height, width)
    size = (max(SMALLEST_SIDE, round(width * ratio)), max(SMALLEST_SIDE, round(height * ratio)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
