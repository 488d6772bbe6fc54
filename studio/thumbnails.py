"""Photographs as tiles of a grid."""

from collections.abc import Iterable

from engine.catalogue.record import Photograph
from engine.errors import StudioError
from engine.images.store import ImageStore
from engine.language.message import gettext
from studio.views.grid import Tile


def tiles(photographs: Iterable[Photograph], store: ImageStore) -> list[Tile]:
    """One tile per photograph; a remote or damaged one is blank and says so."""
    return [_tile(photograph, store) for photograph in photographs]


def _tile(photograph: Photograph, store: ImageStore) -> Tile:
    species = photograph.species
    if photograph.state != "cached":
        alt = gettext("{species}, not on this computer", species=species)
        return Tile(photograph.image_id, None, species, alt)
    try:
        image = store.thumbnail(photograph.path, photograph.sha256)
    except StudioError:
        alt = gettext("{species}, cannot be read", species=species)
        return Tile(photograph.image_id, None, species, alt)
    return Tile(photograph.image_id, image, species, species)
