"""Finding pairs of perceptual hashes that differ in a few bits."""

from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.split.numbers import Numbers

Places = NDArray[np.int64]

_BITS = 64
_FEW = 6


def near_pairs(hashes: Numbers, distance: int) -> Iterator[tuple[Places, Places]]:
    """Yield pairs (left, right) of indices whose hashes differ in at most `distance` bits.

    Equal hashes are chained, each with the next. Between different hashes, only one index per
    value is paired. Joining all the pairs therefore joins everything that is near.

    Multi-index hashing (Norouzi, Punjani and Fleet, 2012): if the bits are cut into
    `distance` + 2 blocks, near hashes agree in at least two blocks by the pigeonhole principle,
    so only hashes that share two blocks are compared.
    """
    order = np.argsort(hashes)
    sorted_hashes = hashes[order]
    same = sorted_hashes[1:] == sorted_hashes[:-1]
    yield order[:-1][same], order[1:][same]
    if distance == 0 or not hashes.size:
        return
    first = np.concatenate([[True], ~same])
    values, indices = sorted_hashes[first], order[first]
    for keys in _keys(values, distance):
        left, right = _sharing(values, keys, distance)
        yield indices[left], indices[right]


def _keys(values: Numbers, distance: int) -> Iterator[NDArray[np.unsignedinteger[Any]]]:
    """Yield the bits of every pair of blocks as a key.

    Keys use the narrowest integer type, because narrow integers sort several times as fast.
    """
    edges = np.linspace(0, _BITS, distance + 3).astype(int)
    blocks = [(np.uint64(low), high - low) for low, high in pairwise(edges.tolist())]
    for (one, wide), (other, width) in combinations(blocks, 2):
        upper, lower = ((1 << bits) - 1 for bits in (wide, width))
        key = (values >> one & np.uint64(upper)) << np.uint64(width)
        key |= values >> other & np.uint64(lower)
        yield key.astype(np.min_scalar_type((1 << (wide + width)) - 1))


def _sharing(
    values: Numbers, keys: NDArray[np.unsignedinteger[Any]], distance: int
) -> tuple[Places, Places]:
    """Near pairs among the values with equal keys."""
    # For integers of up to 16 bits, NumPy's stable sort is a radix sort.
    order = np.argsort(keys, kind="stable" if keys.itemsize <= 2 else None)
    values, keys = values[order], keys[order]
    found: list[tuple[Places, Places]] = []
    alive = len(values)
    step = 0
    # Compares each value with the one `step` positions on while their keys are equal: first over
    # the whole array, then, when few are left, over their indices.
    while alive > len(values) // _FEW:
        step += 1
        same = keys[:-step] == keys[step:]
        alive = int(np.count_nonzero(same))
        same &= np.bitwise_count(values[:-step] ^ values[step:]) <= distance
        near = np.flatnonzero(same)
        found.append((order[near], order[near + step]))
    indices = np.flatnonzero(keys[:-step] == keys[step:]) if alive else np.zeros(0, np.int64)
    while indices.size:
        step += 1
        indices = indices[indices < len(values) - step]
        indices = indices[keys[indices] == keys[indices + step]]
        differing = np.bitwise_count(values[indices] ^ values[indices + step])
        near = indices[differing <= distance]
        found.append((order[near], order[near + step]))
    lefts, rights = zip(*found, strict=True)
    return np.concatenate(lefts), np.concatenate(rights)
