"""The photograph under the lens, and what was found out about it once."""

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from engine.catalogue.record import Photograph
from engine.crop.apply import central, read_square
from engine.crop.box import Box
from engine.crop.finder import Crop, crop_from_saliency, find_crop
from engine.crop.saliency import SMALLEST_SIDE, SaliencyMap, saliency_map
from engine.images.decode import Pixels, read_header, read_rgb
from engine.settings.augmentation import ValAugmentation
from engine.settings.crop import CropPreset
from studio.place import file_of
from studio.views.photo import heat, jpeg

# Room for a dozen maps of camera-sized photographs.
_MAPS = "512MB"
_SHOWN_SIDE = 840


@dataclass(frozen=True)
class Subject:
    """A photograph: its bytes or where they lie, a hash of them, and what to call it."""

    source: Path | bytes
    sha256: str
    name: str
    size: tuple[int, int]


@dataclass(frozen=True)
class Found:
    """The crop of a subject, and how long its saliency and its box took, in milliseconds."""

    crop: Crop
    saliency_ms: float
    box_ms: float


def of_photograph(photograph: Photograph) -> Subject:
    """A cached photograph of the catalogue.

    Raises:
        UnreadableImage: its file is missing or damaged.
    """
    file = file_of(photograph)
    header = read_header(file)
    return Subject(file, photograph.sha256, photograph.species, (header.width, header.height))


def of_upload(name: str, content: bytes) -> Subject:
    """An uploaded photograph, decoded once to be sure of it.

    Raises:
        UnreadableImage: it is none, damaged, or too large.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    height, width = _decoded(sha256, content).shape[:2]
    return Subject(content, sha256, name, (width, height))


def find(subject: Subject, preset: CropPreset) -> Found:
    """The crop, as `engine.crop.finder.find_crop` finds it; the saliency map is kept."""
    if preset.detector == "none" or min(subject.size) < SMALLEST_SIDE:
        return Found(find_crop(_blank(subject.size), preset), 0.0, 0.0)
    saliency, saliency_ms = _saliency(
        subject.sha256, preset.detector, preset.working_side, subject.source
    )
    started = time.perf_counter()
    crop = crop_from_saliency(saliency, subject.size, preset)
    return Found(crop, saliency_ms, 1000 * (time.perf_counter() - started))


def seen(subject: Subject, square: Box, view: ValAugmentation) -> bytes:
    """What a network is shown of a square, as JPEG: resized, then the middle of it."""
    return _seen(subject.sha256, square, view.resize, view.center_crop, subject.source)


def shown(subject: Subject) -> bytes:
    """The photograph at the size of a page, as JPEG."""
    return _shown(subject.sha256, subject.source)


def heat_shown(subject: Subject, preset: CropPreset) -> bytes | None:
    """The saliency map in colours, as JPEG; None where the preset looks at none."""
    if preset.detector == "none" or min(subject.size) < SMALLEST_SIDE:
        return None
    return _heat(subject.sha256, preset.detector, preset.working_side, subject.source)


@st.cache_data(max_entries=4, show_spinner=False)
def _decoded(sha256: str, _source: Path | bytes) -> Pixels:
    return read_rgb(_source)


@st.cache_data(max_size=_MAPS, show_spinner=False)
def _saliency(
    sha256: str, detector: str, working_side: int | None, _source: Path | bytes
) -> tuple[SaliencyMap, float]:
    image = _decoded(sha256, _source)
    preset = CropPreset.model_validate({"detector": detector, "working_side": working_side})
    started = time.perf_counter()
    saliency = saliency_map(image, preset)
    return saliency, 1000 * (time.perf_counter() - started)


@st.cache_data(max_entries=500, show_spinner=False)
def _seen(sha256: str, square: Box, resize: int, crop: int, _source: Path | bytes) -> bytes:
    return jpeg(central(read_square(_source, square, resize), crop), quality=92)


@st.cache_data(max_entries=64, show_spinner=False)
def _shown(sha256: str, _source: Path | bytes) -> bytes:
    return jpeg(_decoded(sha256, _source), longest=_SHOWN_SIDE, quality=84)


@st.cache_data(max_entries=64, show_spinner=False)
def _heat(sha256: str, detector: str, working_side: int | None, _source: Path | bytes) -> bytes:
    saliency, _ = _saliency(sha256, detector, working_side, _source)
    return jpeg(heat(saliency), longest=_SHOWN_SIDE, quality=80)


def _blank(size: tuple[int, int]) -> Pixels:
    # Where nothing is looked at, only the size counts, and a view of one pixel is free.
    return np.broadcast_to(np.zeros(3, np.uint8), (size[1], size[0], 3))
