"""Rarity buckets: species grouped by number of photographs, for all pages and reports."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.language.formats import number


@dataclass(frozen=True)
class RarityBucket:
    """Species with `least` to `most` photographs, both inclusive; None = no upper limit."""

    least: int
    most: int | None

    @property
    def key(self) -> str:
        """The key in files: "1", "2-4", "> 100"."""
        if self.most is None:
            return f"> {self.least - 1}"
        return f"{self.least}" if self.least == self.most else f"{self.least}-{self.most}"

    @property
    def name(self) -> str:
        """The label for the user: "1", "2–4", "> 100"."""
        if self.most is None:
            return f"> {number(self.least - 1)}"
        least = number(self.least)
        return least if self.least == self.most else f"{least}–{number(self.most)}"

    @property
    def metric(self) -> str:
        """The name of its top-1 accuracy in metrics.jsonl: "top1_2_4", "top1_over_100"."""
        return f"top1_{self.key.replace('-', '_').replace('> ', 'over_')}"

    def holds(self, images: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Mask (species,) of the species in the bucket, from their numbers of photographs."""
        return (images >= self.least) & (images <= (self.most or np.iinfo(np.int64).max))


BUCKETS = (
    RarityBucket(1, 1),
    RarityBucket(2, 4),
    RarityBucket(5, 19),
    RarityBucket(20, 100),
    RarityBucket(101, None),
)
_BY_KEY = {bucket.key: bucket for bucket in BUCKETS}


def bucket_name(key: str) -> str:
    """The label of a bucket; an unknown key from another version is returned unchanged."""
    return _BY_KEY[key].name if key in _BY_KEY else key
