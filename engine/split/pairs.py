"""Near-duplicates by their features as pairs of photographs."""

import numpy as np
from numpy.typing import NDArray

from engine.embeddings.near_duplicates import NearDuplicates
from engine.split.numbers import Numbers, numbered

Places = NDArray[np.int64]

NO_PAIRS: Numbers = np.zeros((0, 2), np.uint64)


def numbered_pairs(found: NearDuplicates | None) -> Numbers:
    """The hashes of each pair as numbers: (pairs, 2)."""
    if found is None:
        return NO_PAIRS
    return np.stack([numbered(found.first), numbered(found.second)], axis=1)


def paired_places(content: Numbers, pairs: Numbers) -> tuple[Places, Places]:
    """Pairs (left, right) of photographs whose contents (n,) are a pair (pairs, 2).

    One photograph stands for all of its content, and these are chained, each to the next: joining
    the pairs joins all of them.
    """
    order = np.argsort(content, kind="stable")
    ordered = content[order]
    at = np.searchsorted(ordered, pairs)
    there = np.append(ordered, np.uint64(0))[at] == pairs
    both = there.all(axis=1) & (at < len(ordered)).all(axis=1)
    chained = (ordered[1:] == ordered[:-1]) & np.isin(ordered[1:], pairs[both])
    left = np.concatenate([order[at[both, 0]], order[:-1][chained]])
    right = np.concatenate([order[at[both, 1]], order[1:][chained]])
    return left, right
