"""Several photographs under the same settings, each before and after."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import streamlit as st

from engine.catalogue.record import Photograph
from engine.crop.apply import cut
from engine.crop.box import Box
from engine.crop.finder import Crop
from engine.errors import UnreadableImage
from engine.images.decode import Pixels, read_rgb
from engine.settings.crop import CropPreset
from studio import text
from studio.crop_lab.subject import Subject, find, of_photograph
from studio.views.grid import Tile, photo_grid
from studio.views.photo import jpeg

SIZE = 8
_SIDE = 168
_GAP = 6
_SMART, _SUBJECT, _CASING = (127, 240, 168), (255, 212, 92), (16, 35, 26)


def strip(photographs: Sequence[Photograph], preset: CropPreset, marked: str) -> str | None:
    """Draw them; returns the id of one that was just chosen."""
    if not photographs:
        return None
    st.subheader("The same settings on other photographs", anchor=False)
    tiles, fallbacks = [], 0
    for photograph in photographs:
        try:
            subject = of_photograph(photograph)
            crop = find(subject, preset).crop
        except UnreadableImage:
            continue
        fallbacks += crop.is_fallback
        share = text.percentage(crop.square.area / (subject.size[0] * subject.size[1]), 0)
        kept = "centre" if crop.is_fallback else f"{share} kept"
        tiles.append(
            Tile(
                photograph.image_id,
                pair(subject, crop),
                f"{photograph.species} · {kept}",
                f"{photograph.species}, before and after the crop, {kept}",
            )
        )
    said = f"{fallbacks} of {len(tiles)} fall back to the centre." if fallbacks else ""
    st.caption(f"Each beside its crop; choose one to see it large. {said}")
    return photo_grid(tiles, "lab_strip", "Before and after", marked=marked, aspect=_ASPECT)


_ASPECT = (2 * _SIDE + _GAP) / _SIDE


def pair(subject: Subject, crop: Crop) -> bytes:
    """The photograph with its boxes, and beside it the square that is kept, as one JPEG."""
    return _pair(subject.sha256, crop, subject.size, subject.source)


@st.cache_data(max_entries=2_000, show_spinner=False)
def _pair(sha256: str, crop: Crop, size: tuple[int, int], _source: Path | bytes) -> bytes:
    image = _small(sha256, _source)
    sheet = np.full((_SIDE, 2 * _SIDE + _GAP, 3), 128, np.uint8)
    sheet[:, :_SIDE] = _fitted(image, crop, size)
    sheet[:, _SIDE : _SIDE + _GAP] = 255
    sheet[:, _SIDE + _GAP :] = cut(image, crop.square, size, _SIDE)
    return jpeg(sheet, quality=84)


@st.cache_data(max_entries=64, show_spinner=False)
def _small(sha256: str, _source: Path | bytes) -> Pixels:
    return read_rgb(_source, least_side=3 * _SIDE)


def _fitted(image: Pixels, crop: Crop, size: tuple[int, int]) -> Pixels:
    """The whole photograph with its boxes in a square, on a ground of its own mean colour."""
    height, width = image.shape[:2]
    ratio = _SIDE / max(height, width)
    fit = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    small = np.asarray(cv2.resize(image, fit, interpolation=cv2.INTER_AREA), np.uint8)
    for box, colour in ((crop.square, _SMART), (crop.subject, _SUBJECT)):
        if box is not None:
            _outline(small, box.scaled(fit[0] / size[0], fit[1] / size[1], *fit), colour)
    tile = np.empty((_SIDE, _SIDE, 3), np.uint8)
    tile[:] = small.mean(axis=(0, 1))
    top, left = (_SIDE - fit[1]) // 2, (_SIDE - fit[0]) // 2
    tile[top : top + fit[1], left : left + fit[0]] = small
    return tile


def _outline(image: Pixels, box: Box, colour: tuple[int, int, int]) -> None:
    corners = (box.x, box.y), (box.right - 1, box.bottom - 1)
    cv2.rectangle(image, *corners, _CASING, 3)
    cv2.rectangle(image, *corners, colour, 1)
