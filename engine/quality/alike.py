"""Finding the duplicates and near-duplicates of a flagged photograph."""

import contextlib

import numpy as np

from engine.catalogue.flags import DUPLICATE_BYTES, NEAR_DUPLICATE
from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue, Filter
from engine.embeddings.store import FeatureStore
from engine.home import Home
from engine.settings.quality import FARTHEST
from engine.split.numbers import from_hex


def alike(home: Home, catalogue: Catalogue, photograph: Photograph, most: int) -> list[Photograph]:
    """At most `most` photographs: the same bytes first, then near-duplicates by distance.

    Near-duplicates that were found by their features alone come last. Compares only photographs
    that the last scan flagged.
    """
    nearest: dict[str, int] = {}
    partners = _partners(home, photograph)
    for flag in {DUPLICATE_BYTES, NEAR_DUPLICATE} & set(photograph.flags):
        table = catalogue.columns(("image_id", "sha256", "phash"), Filter(flag=flag))
        looks, has_look = from_hex(table["phash"])
        own = np.uint64(int(photograph.phash or "0", 16))
        distance = np.bitwise_count(looks ^ own).astype(int)
        distance[~has_look | (not photograph.phash)] = FARTHEST + 1
        hashes = table["sha256"].to_pylist()
        paired = np.array([sha256 in partners for sha256 in hashes], bool)
        distance[paired] = np.minimum(distance[paired], FARTHEST)
        same = np.asarray([sha256 == photograph.sha256 for sha256 in hashes], bool)
        distance[same] = -1
        for row in np.flatnonzero(distance <= FARTHEST).tolist():
            nearest[table["image_id"][row].as_py()] = int(distance[row])
    nearest.pop(photograph.image_id, None)
    order = sorted(nearest, key=lambda image_id: (nearest[image_id], image_id))
    return [one for image_id in order[:most] if (one := catalogue.get(image_id)) is not None]


def _partners(home: Home, photograph: Photograph) -> set[str]:
    if NEAR_DUPLICATE not in photograph.flags or not home.features.is_file():
        return set()
    with contextlib.closing(FeatureStore(home)) as store:
        return store.partners(photograph.sha256)
