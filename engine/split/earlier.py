"""An earlier split whose parts a new split keeps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.split.assign import NOWHERE, Codes
from engine.split.folder import PARTS, SplitFolder
from engine.split.numbers import Numbers, numbered
from engine.split.table import read_table


@dataclass(frozen=True)
class Earlier:
    """The photographs of a split by their numbers, in ascending order, and the part of each."""

    images: Numbers
    parts: Codes

    def prior(self, images: Numbers) -> Codes:
        """The part of each of `images` (n,); NOWHERE for those not in the split."""
        if not self.images.size:
            return np.full(len(images), NOWHERE, np.int8)
        indices = np.minimum(np.searchsorted(self.images, images), self.images.size - 1)
        known: NDArray[np.bool_] = self.images[indices] == images
        return np.where(known, self.parts[indices], np.int8(NOWHERE))


def read_earlier(folder: SplitFolder) -> Earlier:
    """Read the parts of a split.

    Raises:
        BadInput: a file is missing or damaged.
    """
    images = [numbered(read_table(folder.part(part), ["image_id"])["image_id"]) for part in PARTS]
    parts = np.repeat(np.arange(len(PARTS), dtype=np.int8), [len(part) for part in images])
    together = np.concatenate(images)
    order = np.argsort(together, kind="stable")
    return Earlier(together[order], parts[order])
