"""Finds the photographs on which two presets disagree most."""

from collections.abc import Sequence

from engine.catalogue.record import Photograph
from engine.crop.finder import Crop, find_crop_in
from engine.crop.judging import overlap
from engine.crop.store import CropStore
from engine.errors import UnreadableImage
from engine.home import Home
from engine.language.message import message
from engine.progress import Report, silent
from engine.settings.crop import CropPreset


def most_disagreement(
    home: Home,
    photographs: Sequence[Photograph],
    presets: tuple[CropPreset, CropPreset],
    count: int,
    report: Report = silent,
) -> list[tuple[Photograph, float]]:
    """Return the `count` photographs whose two squares overlap least, with that overlap (0..1).

    Crops come from the store; missing ones are computed and stored. Unreadable photographs are
    skipped.
    """
    store = CropStore(home)
    hashes = [photograph.sha256 for photograph in photographs]
    known = [store.find_many(hashes, preset) for preset in presets]
    overlaps: list[tuple[Photograph, float]] = []
    try:
        for done, photograph in enumerate(photographs, 1):
            try:
                one, other = (
                    crops.get(photograph.sha256) or _find_and_store(home, store, photograph, preset)
                    for crops, preset in zip(known, presets, strict=True)
                )
                overlaps.append((photograph, overlap(one.square, other.square)))
            except UnreadableImage:
                pass
            report(done, len(photographs), message("Comparing the presets"))
    finally:
        store.close()
    return sorted(overlaps, key=lambda pair: (pair[1], pair[0].image_id))[:count]


def _find_and_store(
    home: Home, store: CropStore, photograph: Photograph, preset: CropPreset
) -> Crop:
    crop = find_crop_in(home.resolve(photograph.path), preset)
    if preset.detector != "none":
        store.keep(photograph.sha256, preset, crop)
    return crop
