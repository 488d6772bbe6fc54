"""How rare a species is: buckets by its number of photographs, the same wherever they are shown."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.language.formats import number


@dataclass(frozen=True)
class RarityBucket:
    """Species with `least` to `most` photographs, both included; None = any number more."""

    least: int
    most: int | None

    @property
    def key(self) -> str:
        """What files call it: "1", "2-4", "> 100"."""
        if self.most is None:
            return f"> {self.least - 1}"
        return f"{self.least}" if self.least == self.most else f"{self.least}-{self.most}"

    @property
    def name(self) -> str:
        """What readers see: "1", "2–4", "> 100"."""
        if self.most is None:
            return f"> {number(self.least - 1)}"
        least = number(self.least)
        return least if self.least == self.most else f"{least}–{number(self.most)}"

    @property
    def metric(self) -> str:
        """What metrics.jsonl calls the top-1 of its species: "top1_2_4", "top1_over_100"."""
        return f"top1_{self.key.replace('-', '_').replace('> ', 'over_')}"

    def holds(self, images: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which species, by their photographs (species,), are in it: (species,)."""
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
    """The name of a bucket for readers; one that another version wrote keeps what it is called."""
    return _BY_KEY[key].name if key in _BY_KEY else key
