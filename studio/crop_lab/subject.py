"""The chosen photograph, with its saliency and crop, each computed once."""

import hashlib
import math
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from engine.catalogue.record import Photograph
from engine.crop.apply import cut, least_side
from engine.crop.box import Box
from engine.crop.finder import Crop, crop_from_saliency, decode_for_saliency, find_crop
from engine.crop.judging import Judged, judge_crop, saliency_inside
from engine.crop.saliency import (
    SMALLEST_SIDE,
    SaliencyMap,
    memory_held,
    saliency_map,
    working_side,
)
from engine.images.decode import Pixels, called, decode_fully, decoded_size, read_header, read_rgb
from engine.settings.crop import CropPreset
from studio.current import file_of
from studio.memory import give_back
from studio.picture_cache import large_maps, pictures

# Pixels of a saliency map at the size of a photograph.
_LARGE = 4_000_000
_LEVELS = np.arange(256, dtype=np.float32) * np.float32(1 / 255)
# Settings applied after the saliency map, so that changing them does not recompute it.
_BOX_FIELDS = {
    "name",
    "policy",
    "threshold",
    "mass",
    "padding",
    "minimum_side",
    "aspect",
    "tight_confidence",
    "wide_confidence",
}


@dataclass(frozen=True)
class Subject:
    """A photograph: its bytes or their path, a hash of them, and a display name.

    `id` is its image_id, or the hash if it is not in the catalogue. `note` says why it is in the
    sample.
    """

    source: Path | bytes
    sha256: str
    name: str
    size: tuple[int, int]
    id: str
    note: str = ""


@dataclass(frozen=True)
class FoundCrop:
    """The crop of a subject, and the computation time of saliency and box in milliseconds.

    `kept` is the share of the saliency inside the square, NaN if the preset uses no saliency.
    `source` is the input of the saliency map, or None.
    """

    crop: Crop
    kept: float
    saliency_ms: float
    box_ms: float
    source: tuple[Subject, CropPreset] | None

    @property
    def looked(self) -> bool:
        """Whether the preset uses saliency."""
        return self.source is not None

    @property
    def saliency(self) -> SaliencyMap | None:
        """The map, from the cache or recomputed: a sample of large maps would fill the memory."""
        return None if self.source is None else _saliency(*self.source)[0]

    def judged(self, size: tuple[int, int], side: int) -> Judged:
        return judge_crop(self.crop, self.kept, size, side)


def of_photograph(photograph: Photograph, note: str = "") -> Subject:
    """A cached photograph of the catalogue.

    Raises:
        UnreadableImage: its file is missing or damaged.
    """
    file = file_of(photograph)
    header = read_header(file)
    size = (header.width, header.height)
    return Subject(file, photograph.sha256, photograph.species, size, photograph.image_id, note)


def of_upload(name: str, content: bytes) -> Subject:
    """An uploaded photograph, decoded once to validate it.

    Raises:
        UnreadableImage: it is not a photograph, damaged, or too large.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    with called(name):
        size = _checked(sha256, content)
    return Subject(content, sha256, name, size, sha256)


def find_subject_crop(subject: Subject, preset: CropPreset) -> FoundCrop:
    """The crop as `engine.crop.finder.find_crop_in` finds it; crop and saliency are cached.

    Raises:
        UnreadableImage: the photograph is damaged.
    """
    if preset.detector == "none" or min(subject.size) < SMALLEST_SIDE:
        crop = find_crop(_blank(subject.size), preset)
        return FoundCrop(crop, math.nan, 0.0, 0.0, None)
    found = _crop(subject.sha256, preset.model_dump_json(), subject, preset)
    return FoundCrop(*found, (subject, preset))


def square_of(subject: Subject, square: Box, side: int) -> Pixels:
    """A square resized to `side`, equal to `engine.crop.apply.read_square` pixel for pixel: (side,
    side, 3).

    The decoded photograph is cached, so that another square of it needs no decoding.
    """
    least = least_side(square, subject.size, side)
    image = pictures().get(
        (subject.sha256, "decoded", decoded_size(subject.source, least)),
        lambda: read_rgb(subject.source, least),
    )
    return cut(image, square, subject.size, side)


def whole_picture(subject: Subject, longest: int) -> Pixels:
    """The whole photograph with a longest side of about `longest` pixels, or at its own size."""
    shrunk = 2 ** min(3, max(0, int(math.log2(max(1, max(subject.size) / longest)))))
    return pictures().get((subject.sha256, "whole", shrunk), lambda: _small(subject, shrunk))


def _small(subject: Subject, shrunk: int) -> Pixels:
    image = read_rgb(subject.source, None if shrunk == 1 else min(subject.size) // shrunk)
    width, height = (math.ceil(side / shrunk) for side in subject.size)
    if image.shape[:2] == (height, width):
        return image
    # An image that is not a JPEG may have its own size.
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _decoded(subject: Subject, shrunk: int) -> Pixels:
    """The photograph at its own size, or a JPEG at a half, a quarter or an eighth of it."""
    least_side = None if shrunk == 1 else min(subject.size) // shrunk
    return pictures().get(
        (subject.sha256, "decoded", shrunk), lambda: read_rgb(subject.source, least_side)
    )


# Not in the picture cache, which drops entries after a minute: a large sample takes longer.
@st.cache_data(max_entries=5_000, show_spinner=False)
def _crop(
    sha256: str, settings: str, _subject: Subject, _preset: CropPreset
) -> tuple[Crop, float, float, float]:
    """The crop, the share of saliency it keeps, and the milliseconds of saliency and box."""
    with memory_held(_subject.size, _preset):
        saliency, saliency_ms = _saliency(_subject, _preset)
        started = time.perf_counter()
        crop = crop_from_saliency(saliency, _subject.size, _preset)
        box_ms = 1000 * (time.perf_counter() - started)
        kept = saliency_inside(saliency, crop.square, _subject.size)
    return crop, kept, saliency_ms, box_ms


@st.cache_data(max_entries=1_000, show_spinner=False)
def _checked(sha256: str, _content: bytes) -> tuple[int, int]:
    """Width and height of an image that decodes completely."""
    header = decode_fully(_content)
    return header.width, header.height


def _saliency(subject: Subject, preset: CropPreset) -> tuple[SaliencyMap, float]:
    """The saliency and its computation time in milliseconds; large maps are cached in 8 bits."""
    looks = preset.model_dump_json(exclude=_BOX_FIELDS)

    def make() -> tuple[SaliencyMap | NDArray[np.uint8], float]:
        _ready(looks, preset)
        with memory_held(subject.size, preset):
            image = decode_for_saliency(subject.source, preset)
            started = time.perf_counter()
            saliency = saliency_map(image, preset)
            took = 1000 * (time.perf_counter() - started)
            if not large:
                return saliency, took
            del image
            kept = _packed(saliency)
        # Each thread would keep its buffers for its next photograph.
        give_back()
        return kept, took

    large = working_side(preset) is None and math.prod(subject.size) > _LARGE
    found, took = (large_maps() if large else pictures()).get((subject.sha256, looks), make)
    return _unpacked(found), took


def _packed(saliency: SaliencyMap) -> SaliencyMap | NDArray[np.uint8]:
    """A map of multiples of 1/255, as fine-grained saliency is, in 8 bits; others unchanged."""
    packed = np.asarray(cv2.convertScaleAbs(saliency, alpha=255), np.uint8)
    return packed if np.array_equal(_unpacked(packed), saliency) else saliency


def _unpacked(found: SaliencyMap | NDArray[np.uint8]) -> SaliencyMap:
    return _LEVELS[found] if found.dtype == np.uint8 else np.asarray(found, np.float32)


@st.cache_resource(show_spinner=False)
def _ready(looks: str, _preset: CropPreset) -> None:
    """Warm up the detector: the first map of a process includes its loading time."""
    saliency_map(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8), _preset)


def _blank(size: tuple[int, int]) -> Pixels:
    # Without saliency only the size matters, and a view of one pixel costs nothing.
    return np.broadcast_to(np.zeros(3, np.uint8), (size[1], size[0], 3))
