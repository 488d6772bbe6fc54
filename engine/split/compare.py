"""Comparing two splits."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from engine.split.assign import TEST, TRAIN
from engine.split.classes import read_classes
from engine.split.folder import PARTS, SplitFolder
from engine.split.numbers import numbered
from engine.split.sources import sources_of
from engine.split.table import read_table

PLACES = (*PARTS, "absent")


@dataclass(frozen=True)
class Comparison:
    """The differences between two splits.

    `photographs` (4, 4) counts photographs by their part in the first (row) and in the second
    split (column), in the order of `PLACES`. `gained` are species that only the second split
    trains on, `lost` those that only the first does. `sources` are the sources of the first and
    the second split; an empty tuple means all sources.
    """

    photographs: NDArray[np.int64]
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    same_classes: bool
    sources: tuple[tuple[str, ...], tuple[str, ...]]

    @property
    def moved(self) -> int:
        """Photographs in both splits whose part differs."""
        both = self.photographs[:3, :3]
        return int(both.sum() - np.trace(both))

    @property
    def trained_then_tested(self) -> int:
        """Photographs in train of the first split and in test of the second."""
        return int(self.photographs[TRAIN, TEST])

    @property
    def tested_then_trained(self) -> int:
        """Photographs in test of the first split and in train of the second."""
        return int(self.photographs[TEST, TRAIN])


def compare_splits(first: SplitFolder, second: SplitFolder) -> Comparison:
    """Compare two splits by their files.

    Raises:
        BadInput: a file is missing or damaged.
    """
    (ids, parts), (other_ids, other_parts) = _places(first), _places(second)
    everything = np.union1d(ids, other_ids)
    before = np.full(len(everything), len(PARTS))
    after = before.copy()
    before[np.searchsorted(everything, ids)] = parts
    after[np.searchsorted(everything, other_ids)] = other_parts
    cells = np.bincount(before * len(PLACES) + after, minlength=len(PLACES) ** 2)
    classes, others = read_classes(first.classes), read_classes(second.classes)
    return Comparison(
        cells.reshape(len(PLACES), -1),
        tuple(sorted(set(others.species) - set(classes.species))),
        tuple(sorted(set(classes.species) - set(others.species))),
        classes.fingerprint == others.fingerprint,
        (sources_of(first), sources_of(second)),
    )


def _places(folder: SplitFolder) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    tables: list[pa.Table] = [read_table(folder.part(part), ["image_id"]) for part in PARTS]
    numbers = [numbered(table["image_id"]) for table in tables]
    return np.concatenate(numbers), np.repeat(np.arange(len(PARTS)), [len(n) for n in numbers])
