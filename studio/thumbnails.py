"""Photographs as tiles of a grid."""

from collections.abc import Iterable
from functools import cache

import cv2
import numpy as np

from engine.catalogue.record import Photograph
from engine.errors import StudioError
from engine.images.store import THUMBNAIL_SIDE, ImageStore
from studio.palette import LIGHT
from studio.views.grid import Tile


def tiles(photographs: Iterable[Photograph], store: ImageStore) -> list[Tile]:
    """A tile for each; one whose bytes are elsewhere, or damaged, is blank and says so."""
    return [_tile(photograph, store) for photograph in photographs]


def _tile(photograph: Photograph, store: ImageStore) -> Tile:
    species = photograph.species
    if photograph.state != "cached":
        return Tile(photograph.image_id, _blank(), species, f"{species}, not on this machine")
    try:
        image = store.thumbnail(photograph.path, photograph.sha256)
    except StudioError:
        return Tile(photograph.image_id, _blank(), species, f"{species}, which cannot be read")
    return Tile(photograph.image_id, image, species, species)


@cache
def _blank() -> bytes:
    """A plain tile with a leaf's outline."""
    side = THUMBNAIL_SIDE
    picture = np.full((side, side, 3), _rgb(LIGHT.border), np.uint8)
    centre, radii = (side // 2, side // 2), (side // 4, side // 9)
    cv2.ellipse(picture, centre, radii, -45, 0, 360, _rgb(LIGHT.stone), 2, cv2.LINE_AA)
    reach = side // 4
    ends = (centre[0] - reach, centre[1] + reach), (centre[0] + reach // 2, centre[1] - reach // 2)
    cv2.line(picture, *ends, _rgb(LIGHT.stone), 2, cv2.LINE_AA)
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    return encoded.tobytes()


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour.lstrip("#"))
    return red, green, blue
