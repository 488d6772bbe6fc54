"""Finding the duplicates and near-duplicates of a flagged photograph."""

import numpy as np

from engine.catalogue.flags import DUPLICATE_BYTES, NEAR_DUPLICATE
from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue, Filter
from engine.settings.quality import FARTHEST
from engine.split.numbers import from_hex


def alike(catalogue: Catalogue, photograph: Photograph, most: int) -> list[Photograph]:
    """At most `most` photographs: the same bytes first, then near-duplicates by distance.

    Compares only photographs that the last scan flagged.
    """
    nearest: dict[str, int] = {}
    for flag in {DUPLICATE_BYTES, NEAR_DUPLICATE} & set(photograph.flags):
        table = catalogue.columns(("image_id", "sha256", "phash"), Filter(flag=flag))
        looks, has_look = from_hex(table["phash"])
        own = np.uint64(int(photograph.phash or "0", 16))
        distance = np.bitwise_count(looks ^ own).astype(int)
        distance[~has_look | (not photograph.phash)] = FARTHEST + 1
        same = np.asarray(
            [sha256 == photograph.sha256 for sha256 in table["sha256"].to_pylist()], bool
        )
        distance[same] = -1
        for row in np.flatnonzero(distance <= FARTHEST).tolist():
            nearest[table["image_id"][row].as_py()] = int(distance[row])
    nearest.pop(photograph.image_id, None)
    order = sorted(nearest, key=lambda image_id: (nearest[image_id], image_id))
    return [one for image_id in order[:most] if (one := catalogue.get(image_id)) is not None]
