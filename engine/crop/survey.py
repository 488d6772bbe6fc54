"""Crops a folder of photographs, for a comparison or a measurement."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from engine.catalogue.folder_layout import IMAGE_SUFFIXES
from engine.crop.apply import cut
from engine.crop.box import Box, centre_square
from engine.crop.finder import Crop, decode_for_saliency, find_crop
from engine.errors import BadInput, UnreadableImage, WorkFailed
from engine.files import write_atomic
from engine.images.decode import Pixels, read_header, read_rgb
from engine.language.message import Message, message
from engine.progress import Report, silent
from engine.settings.crop import CropPreset

_TILE = 240
_GAP = 12
_RED, _BLUE, _WHITE = (206, 58, 47), (74, 124, 168), (255, 255, 255)


@dataclass(frozen=True)
class Surveyed:
    """A photograph of the folder with its crop, or with the reason why it cannot be read."""

    file: Path
    crop: Crop | None
    milliseconds: float = 0.0
    problem: Message | None = None


def image_files(folder: Path) -> list[Path]:
    """Return the image files directly in a folder, by name.

    Raises:
        BadInput: the folder does not exist or contains none.
    """
    if not folder.is_dir():
        raise BadInput("There is no folder {folder}.", folder=folder)
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES)
    if not files:
        raise BadInput("{folder} contains no photographs.", folder=folder)
    return files


def survey_photographs(
    files: Sequence[Path], preset: CropPreset, report: Report = silent
) -> Iterator[Surveyed]:
    """Crop photographs one by one; the milliseconds cover saliency and box."""
    for number, file in enumerate(files, 1):
        try:
            header = read_header(file)
            image = decode_for_saliency(file, preset)
            started = time.perf_counter()
            crop = find_crop(image, preset, (header.width, header.height))
            yield Surveyed(file, crop, 1000 * (time.perf_counter() - started))
        except UnreadableImage as error:
            yield Surveyed(file, None, problem=error.message)
        report(number, len(files), message("Computing crops"))


def comparison(files: Sequence[Path], preset: CropPreset) -> Pixels:
    """Return a sheet with one row per photograph: original with boxes, centre crop, smart crop.

    The saliency box is red, the crop square blue. Unreadable photographs are skipped.
    """
    rows = [_row(item) for item in survey_photographs(files, preset) if item.crop is not None]
    if not rows:
        raise BadInput("None of the photographs can be read. Choose another folder.")
    return np.concatenate(rows)


def write_png(image: Pixels, path: Path) -> None:
    """Write an RGB image as PNG, atomically."""
    encoded, content = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    if not encoded:
        raise WorkFailed("{file} could not be encoded as PNG.", file=path)
    write_atomic(path, content.tobytes())


def _row(item: Surveyed) -> Pixels:
    image = read_rgb(item.file)
    height, width = image.shape[:2]
    size = (width, height)
    square = item.crop.square if item.crop else centre_square(width, height)
    subject = item.crop.subject if item.crop else None
    tiles = [
        _fitted(_outlined(image, subject, square)),
        cut(image, centre_square(width, height), size, _TILE),
        cut(image, square, size, _TILE),
    ]
    row = np.full((_TILE + _GAP, 3 * _TILE + 4 * _GAP, 3), _WHITE, np.uint8)
    for column, tile in enumerate(tiles):
        left = _GAP + column * (_TILE + _GAP)
        row[_GAP : _GAP + _TILE, left : left + _TILE] = tile
    return row


def _outlined(image: Pixels, subject: Box | None, square: Box) -> Pixels:
    drawn = image.copy()
    thickness = max(2, round(max(image.shape[:2]) / 160))
    for box, colour in ((square, _BLUE), (subject, _RED)):
        if box is not None:
            corner = (box.right - 1, box.bottom - 1)
            cv2.rectangle(drawn, (box.x, box.y), corner, colour, thickness)
    return drawn


def _fitted(image: Pixels) -> Pixels:
    height, width = image.shape[:2]
    ratio = _TILE / max(height, width)
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    tile = np.full((_TILE, _TILE, 3), _WHITE, np.uint8)
    top, left = (_TILE - size[1]) // 2, (_TILE - size[0]) // 2
    tile[top : top + size[1], left : left + size[0]] = small
    return tile
