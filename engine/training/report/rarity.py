"""Which species are rare: buckets by their number of training photographs."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class RarityBucket:
    """Species with `least` to `most` training photographs, both ends included.

    `name` is for people, `key` what the bucket's top-1 is called in a file.
    """

    name: str
    key: str
    least: int
    most: float

    def members(self, train_images: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which classes belong here: (classes,)."""
        return np.asarray((train_images >= self.least) & (train_images <= self.most))


BUCKETS = (
    RarityBucket("1", "top1_1", 1, 1),
    RarityBucket("2-4", "top1_2_4", 2, 4),
    RarityBucket("5-19", "top1_5_19", 5, 19),
    RarityBucket("20-100", "top1_20_100", 20, 100),
    RarityBucket("> 100", "top1_over_100", 101, math.inf),
)
