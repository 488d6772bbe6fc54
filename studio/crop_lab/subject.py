"""The chosen photograph, and its saliency and crop, computed once."""

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

# Pixels of a saliency map that is the size of a photograph.
_LARGE = 4_000_000
_LEVELS = np.arange(256, dtype=np.float32) * np.float32(1 / 255)
# What is decided after the saliency, so that moving it needs no new one.
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
    """A photograph: its bytes or where they lie, a hash of them, and what to call it.

    `id` is its image_id, or the hash where it is not in the catalogue; `note` is a remark on
    why it is in the sample.
    """

    source: Path | bytes
    sha256: str
    name: str
    size: tuple[int, int]
    id: str
    note: str = ""


@dataclass(frozen=True)
class FoundCrop:
    """The crop of a subject, and how long saliency and box took, in milliseconds.

    `kept` is the share of the saliency inside the square, NaN where none is looked at. `source` is
    what the saliency is found from, or None.
    """

    crop: Crop
    kept: float
    saliency_ms: float
    box_ms: float
    source: tuple[Subject, CropPreset] | None

    @property
    def looked(self) -> bool:
        """Whether the preset looks at saliency."""
        return self.source is not None

    @property
    def saliency(self) -> SaliencyMap | None:
        """The map, from the cache or found again: a sample of large maps would fill the memory."""
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
    """An uploaded photograph, decoded once to be sure of it.

    Raises:
        UnreadableImage: it is none, damaged, or too large.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    with called(name):
        size = _checked(sha256, content)
    return Subject(content, sha256, name, size, sha256)


def find_subject_crop(subject: Subject, preset: CropPreset) -> FoundCrop:
    """The crop, as `engine.crop.finder.find_crop_in` finds it; crop and saliency are cached.

    Raises:
        UnreadableImage: the photograph is damaged.
    """
    if preset.detector == "none" or min(subject.size) < SMALLEST_SIDE:
        crop = find_crop(_blank(subject.size), preset)
        return FoundCrop(crop, math.nan, 0.0, 0.0, None)
    found = _crop(subject.sha256, preset.model_dump_json(), subject, preset)
    return FoundCrop(*found, (subject, preset))


def square_of(subject: Subject, square: Box, side: int) -> Pixels:
    """A square resized to `side`, pixel for pixel as `engine.crop.apply.read_square` has it:
    (side, side, 3).

    The decoded photograph is kept, so that another square of it needs no decoding.
    """
    least = least_side(square, subject.size, side)
    image = pictures().get(
        (subject.sha256, "decoded", decoded_size(subject.source, least)),
        lambda: read_rgb(subject.source, least),
    )
    return cut(image, square, subject.size, side)


def whole_picture(subject: Subject, longest: int) -> Pixels:
    """The whole photograph with no side longer than about `longest` pixels, or its own size."""
    shrunk = 2 ** min(3, max(0, int(math.log2(max(1, max(subject.size) / longest)))))
    return pictures().get((subject.sha256, "whole", shrunk), lambda: _small(subject, shrunk))


def _small(subject: Subject, shrunk: int) -> Pixels:
    image = read_rgb(subject.source, None if shrunk == 1 else min(subject.size) // shrunk)
    width, height = (math.ceil(side / shrunk) for side in subject.size)
    if image.shape[:2] == (height, width):
        return image
    # What is no JPEG may come at its own size.
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _decoded(subject: Subject, shrunk: int) -> Pixels:
    """The photograph at its own size, or a JPEG at a half, a quarter or an eighth of it."""
    least_side = None if shrunk == 1 else min(subject.size) // shrunk
    return pictures().get(
        (subject.sha256, "decoded", shrunk), lambda: read_rgb(subject.source, least_side)
    )


# Not among the pictures, which are dropped after a minute: a sample of large ones takes longer.
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
    """Width and height of what decodes to its end."""
    header = decode_fully(_content)
    return header.width, header.height


def _saliency(subject: Subject, preset: CropPreset) -> tuple[SaliencyMap, float]:
    """The saliency and the milliseconds it took to find; large maps are cached in 8 bits."""
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
        # Each thread would keep what it took for its next photograph.
        give_back()
        return kept, took

    large = working_side(preset) is None and math.prod(subject.size) > _LARGE
    found, took = (large_maps() if large else pictures()).get((subject.sha256, looks), make)
    return _unpacked(found), took


def _packed(saliency: SaliencyMap) -> SaliencyMap | NDArray[np.uint8]:
    """A map of multiples of 1/255, as fine-grained saliency is, in 8 bits; others as they are."""
    packed = np.asarray(cv2.convertScaleAbs(saliency, alpha=255), np.uint8)
    return packed if np.array_equal(_unpacked(packed), saliency) else saliency


def _unpacked(found: SaliencyMap | NDArray[np.uint8]) -> SaliencyMap:
    return _LEVELS[found] if found.dtype == np.uint8 else np.asarray(found, np.float32)


@st.cache_resource(show_spinner=False)
def _ready(looks: str, _preset: CropPreset) -> None:
    """The first map of a process waits for what its detector loads; that is not its time."""
    saliency_map(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8), _preset)


def _blank(size: tuple[int, int]) -> Pixels:
    # Where nothing is looked at, only the size counts, and a view of one pixel is free.
    return np.broadcast_to(np.zeros(3, np.uint8), (size[1], size[0], 3))
