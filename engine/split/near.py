"""Pairs of perceptual hashes that differ in a few bits."""

from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from engine.split.numbers import Numbers

Places = NDArray[np.int64]

_BITS = 64


def near_pairs(hashes: Numbers, distance: int) -> Iterator[tuple[Places, Places]]:
    """Pairs (left, right) of places whose hashes differ in at most `distance` bits.

    Equal hashes are chained, each to the next; of hashes that differ, one of each value stands
    for all of it. So whoever joins the pairs has joined everything that is near.

    By the pigeonhole principle: of `distance` + 2 blocks of bits, two at least are the same in
    hashes that near, so only hashes that share two blocks are compared (multi-index hashing,
    Norouzi, Punjani and Fleet, 2012).
    """
    order = np.argsort(hashes)
    sorted_hashes = hashes[order]
    same = sorted_hashes[1:] == sorted_hashes[:-1]
    yield order[:-1][same], order[1:][same]
    if distance == 0 or not hashes.size:
        return
    first = np.concatenate([[True], ~same])
    values, places = sorted_hashes[first], order[first]
    for mask in _masks(distance):
        left, right = _sharing(values, mask, distance)
        yield places[left], places[right]


def _masks(distance: int) -> Iterator[np.uint64]:
    edges = np.linspace(0, _BITS, distance + 3).astype(int)
    blocks = [sum(1 << bit for bit in range(low, high)) for low, high in pairwise(edges.tolist())]
    for one, other in combinations(blocks, 2):
        yield np.uint64(one | other)


def _sharing(values: Numbers, mask: np.uint64, distance: int) -> tuple[Places, Places]:
    """Near pairs among the values that are the same under the mask."""
    order = np.argsort(values & mask)
    sorted_values = values[order]
    keys = sorted_values & mask
    found: list[tuple[Places, Places]] = []
    places = np.arange(len(values) - 1)
    step = 1
    # What shares its key with the one `step` further on is compared, until none does.
    while places.size:
        places = places[keys[places] == keys[places + step]]
        differing = np.bitwise_count(sorted_values[places] ^ sorted_values[places + step])
        near = places[differing <= distance]
        if near.size:
            found.append((order[near], order[near + step]))
        step += 1
        places = places[places < len(values) - step]
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    lefts, rights = zip(*found, strict=True)
    return np.concatenate(lefts), np.concatenate(rights)
