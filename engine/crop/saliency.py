"""Computes how salient each pixel of a photograph is, from 0 to 1."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.crop.fine_grained import fine_grained_saliency
from engine.crop.learned import learned_saliency
from engine.images.budget import budget
from engine.images.decode import Pixels
from engine.language.message import deferred
from engine.registry import Registry
from engine.settings.crop import CropPreset

SaliencyMap = NDArray[np.float32]

# In smaller images, a detector has no neighbourhood to compare with.
SMALLEST_SIDE = 16


@dataclass(frozen=True)
class Detector:
    """Computes saliency from an RGB image with sides of at least `SMALLEST_SIDE` pixels.

    `working_side` is the default longest side for the computation, in pixels, so that a threshold
    means the same on every photograph; None = the original size. `pixel_bytes` is the peak memory
    per pixel of an image at its original size, for the image, the map, its crop and the contours of
    noise.
    """

    title: str
    working_side: int | None
    compute: Callable[[Pixels, CropPreset], SaliencyMap]
    pixel_bytes: int = 0
    description: str = ""


def saliency_map(image: Pixels, preset: CropPreset) -> SaliencyMap:
    """Compute the saliency of an RGB image, (height, width) in 0..1, at the working size."""
    picture = _at_working_size(image, working_side(preset))
    if _is_plain(picture):
        # In an image of one colour nothing is salient, but spectral residual marks all of it.
        return np.zeros(picture.shape[:2], np.float32)
    saliency = DETECTORS[preset.detector].compute(picture, preset)
    # In place: at the original size of a photograph, a copy takes a hundred megabytes.
    found = np.asarray(saliency, dtype=np.float32)
    return np.clip(found, 0, 1, out=found)


def working_side(preset: CropPreset) -> int | None:
    """Return the longest side for saliency, in pixels; None = the original size."""
    return preset.working_side or DETECTORS[preset.detector].working_side


@contextmanager
def memory_held(size: tuple[int, int], preset: CropPreset) -> Iterator[None]:
    """Reserve the memory to compute saliency at a photograph's original size; wait until it is
    free.

    With a fixed working size nothing is reserved, because decoding needs more memory.
    """
    bytes_ = size[0] * size[1] * DETECTORS[preset.detector].pixel_bytes
    if preset.working_side or not bytes_:
        yield
        return
    with budget().hold(bytes_):
        yield


def _is_plain(picture: Pixels) -> bool:
    # For most photographs, the first row decides.
    return bool((picture[0] == picture[0, 0]).all() and (picture == picture[0, 0]).all())


def _at_working_size(image: Pixels, longest: int | None) -> Pixels:
    height, width = image.shape[:2]
    if longest is None or max(height, width) <= longest:
        return image
    ratio = longest / max(height, width)
    size = (max(SMALLEST_SIDE, round(width * ratio)), max(SMALLEST_SIDE, round(height * ratio)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _fine_grained(picture: Pixels, _: CropPreset) -> SaliencyMap:
    return fine_grained_saliency(np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8))


def _spectral_residual(picture: Pixels, _: CropPreset) -> SaliencyMap:
    # The type stubs of OpenCV lack the factories of its contributed detectors.
    detector: Any = vars(cv2.saliency)["StaticSaliencySpectralResidual_create"]()
    found, saliency = detector.computeSaliency(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    return saliency if found else np.zeros(picture.shape[:2], np.float32)


def _learned(picture: Pixels, _: CropPreset) -> SaliencyMap:
    return learned_saliency(picture)


def _nothing(picture: Pixels, _: CropPreset) -> SaliencyMap:
    return np.zeros(picture.shape[:2], np.float32)


# To add a detector, add an entry; `detector` of a crop preset then accepts it. Spectral residual:
# Hou and Zhang, "Saliency detection: a spectral residual approach", CVPR 2007.
DETECTORS: Registry[Detector] = Registry(
    "detector",
    {
        "fine_grained": Detector(
            deferred("Fine-grained"),
            None,
            _fine_grained,
            pixel_bytes=24,
            description=deferred("Compares each pixel with its surroundings at several sizes."),
        ),
        "spectral_residual": Detector(
            deferred("Spectral residual"),
            None,
            _spectral_residual,
            pixel_bytes=16,
            description=deferred("Finds what is unusual in the spectrum of the picture."),
        ),
        "learned": Detector(
            deferred("Small network"),
            224,
            _learned,
            description=deferred("A small network trained on plants."),
        ),
        "none": Detector(
            deferred("None: keep the centre"),
            64,
            _nothing,
            description=deferred("Keeps the centre square."),
        ),
    },
)
