"""The images that the bench shows for a photograph; each is drawn once for the same settings."""

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.augment.pipeline import train_picture, val_picture
from engine.crop.box import Box
from engine.crop.policies import mask_at
from engine.crop.saliency import SaliencyMap
from engine.images.decode import Pixels
from engine.settings.augmentation import ValAugmentation
from engine.settings.run import RunSettings
from studio.crop_lab.subject import Subject, square_of, whole_picture
from studio.picture_cache import pictures
from studio.views.photo import heat, jpeg, png

_SHOWN_SIDE = 720
_CONTOUR, _CASING = (255, 228, 130), (16, 35, 26)
_SUBJECT, _GROUND = (176, 196, 92), (18, 32, 25)
_WALL_SIDE, _WALL_GAP = 168, 6
_SQUARE, _BOX, _DRAWN = (127, 240, 168), (255, 212, 92), (240, 160, 220)

Value = TypeVar("Value", np.uint8, np.float32)

WALL_ASPECT = (2 * _WALL_SIDE + _WALL_GAP) / _WALL_SIDE


def outlined(subject: Subject, saliency: SaliencyMap | None, threshold: float) -> bytes:
    """The photograph with the contours of the region above the threshold."""
    image = _fitted(whole_picture(subject, _SHOWN_SIDE), _SHOWN_SIDE)
    if saliency is not None:
        mask = _mask(saliency, threshold, image.shape[1], image.shape[0])
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        image = image.copy()
        for colour, width in ((_CASING, 3), (_CONTOUR, 1)):
            cv2.drawContours(image, contours, -1, colour, width, cv2.LINE_AA)
    return jpeg(image, quality=84)


def heat_map(saliency: SaliencyMap) -> bytes:
    """The saliency as a colour map."""
    return jpeg(heat(_fitted(saliency, _SHOWN_SIDE)), quality=80)


def mask(saliency: SaliencyMap, threshold: float) -> bytes:
    """The region above the threshold in one colour, the rest in another."""
    rows, columns = saliency.shape
    ratio = min(1.0, _SHOWN_SIDE / max(rows, columns))
    size = (max(1, round(columns * ratio)), max(1, round(rows * ratio)))
    colours = np.array([_GROUND, _SUBJECT], np.uint8)
    return jpeg(colours[_mask(saliency, threshold, *size)], quality=80)


def network_input(subject: Subject, square: Box, view: ValAugmentation) -> bytes:
    """The evaluation input of a network for a square, pixel for pixel, as PNG."""
    return pictures().get(
        (subject.sha256, "seen", square, view.resize, view.center_crop),
        lambda: png(val_picture(square_of(subject, square, view.resize), view)),
    )


def augmented(
    subject: Subject, square: Box, settings: RunSettings, epochs: range, index: int = 0
) -> list[bytes]:
    """The training inputs of a network for a square, pixel for pixel, as PNG.

    Args:
        epochs: counted from 0, as in training.
        index: of the photograph in its part.
    """
    train, seed = settings.augmentation.train, settings.training.seed
    resized = square_of(subject, square, train.resize)
    return [png(train_picture(resized, train, (seed, epoch, index))) for epoch in epochs]


def pair(subject: Subject, square: Box, found: Box | None, *, drawn: bool = False) -> bytes:
    """The photograph with its boxes beside the cropped square, as one JPEG."""
    return pictures().get(
        (subject.sha256, "pair", square, found, drawn),
        lambda: _pair(subject, square, found, drawn),
    )


def _pair(subject: Subject, square: Box, found: Box | None, drawn: bool) -> bytes:
    sheet = np.full((_WALL_SIDE, 2 * _WALL_SIDE + _WALL_GAP, 3), _CASING, np.uint8)
    sheet[:, :_WALL_SIDE] = _marked(subject, square, found, _DRAWN if drawn else _SQUARE)
    small = whole_picture(subject, 4 * _WALL_SIDE)
    sheet[:, _WALL_SIDE + _WALL_GAP :] = _cut_small(small, square, subject.size)
    return jpeg(sheet, quality=84)


def _cut_small(image: Pixels, square: Box, size: tuple[int, int]) -> Pixels:
    height, width = image.shape[:2]
    place = square.scaled(width / size[0], height / size[1], width, height)
    piece = image[place.y : place.bottom, place.x : place.right]
    method = cv2.INTER_AREA if place.width > _WALL_SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(piece, (_WALL_SIDE, _WALL_SIDE), interpolation=method), np.uint8)


def _marked(
    subject: Subject, square: Box, found: Box | None, colour: tuple[int, int, int]
) -> Pixels:
    """The whole photograph with its boxes, padded to a square with its mean colour."""
    small = _fitted(whole_picture(subject, 2 * _WALL_SIDE), _WALL_SIDE).copy()
    height, width = small.shape[:2]
    ground = small.mean(axis=(0, 1))
    for box, line in ((square, colour), (found, _BOX)):
        if box is not None:
            placed = box.scaled(width / subject.size[0], height / subject.size[1], width, height)
            corners = (placed.x, placed.y), (placed.right - 1, placed.bottom - 1)
            cv2.rectangle(small, *corners, _CASING, 3)
            cv2.rectangle(small, *corners, line, 1)
    tile = np.empty((_WALL_SIDE, _WALL_SIDE, 3), np.uint8)
    tile[:] = ground
    top, left = (_WALL_SIDE - height) // 2, (_WALL_SIDE - width) // 2
    tile[top : top + height, left : left + width] = small
    return tile


def _fitted(image: NDArray[Value], longest: int) -> NDArray[Value]:
    height, width = image.shape[:2]
    ratio = longest / max(height, width)
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    method = cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=method), image.dtype)


def _mask(saliency: SaliencyMap, threshold: float, width: int, height: int) -> NDArray[np.uint8]:
    found = mask_at(saliency, threshold)
    return np.asarray(cv2.resize(found, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
