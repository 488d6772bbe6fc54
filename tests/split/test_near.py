"""The search finds all near hashes, and only those."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from engine.split.groups import join
from engine.split.near import near_pairs

centres = some.lists(some.integers(0, 2**64 - 1), min_size=1, max_size=4)
flips = some.lists(some.lists(some.integers(0, 63), max_size=7), max_size=25)


def around(centres: list[int], flips: list[list[int]]) -> list[int]:
    """Hashes a few bits away from the centres."""
    hashes = list(centres)
    for place, bits in enumerate(flips):
        value = centres[place % len(centres)]
        for bit in bits:
            value ^= 1 << bit
        hashes.append(value)
    return hashes


def joined(count: int, pairs: list[tuple[int, int]]) -> list[int]:
    """The smallest member of each set, found by brute force."""
    sets = [{place} for place in range(count)]
    for left, right in pairs:
        if sets[left] is not sets[right]:
            sets[left] |= sets[right]
            for place in sets[right]:
                sets[place] = sets[left]
    return [min(members) for members in sets]


@given(centres, flips, some.integers(0, 6))
def test_joining_the_pairs_joins_all_near_hashes(
    centres: list[int], flips: list[list[int]], distance: int
) -> None:
    hashes = around(centres, flips)
    root = np.arange(len(hashes))
    for left, right in near_pairs(np.array(hashes, np.uint64), distance):
        join(root, left, right)
    near = [
        (left, right)
        for left, right in combinations(range(len(hashes)), 2)
        if (hashes[left] ^ hashes[right]).bit_count() <= distance
    ]
    assert root.tolist() == joined(len(hashes), near)


@given(centres, flips, some.integers(0, 6))
def test_no_pair_exceeds_the_distance(
    centres: list[int], flips: list[list[int]], distance: int
) -> None:
    hashes = around(centres, flips)
    for lefts, rights in near_pairs(np.array(hashes, np.uint64), distance):
        for left, right in zip(lefts, rights, strict=True):
            assert left != right
            assert (hashes[left] ^ hashes[right]).bit_count() <= distance


@given(some.integers(1, 30), some.data())
def test_union_find_joins_any_pairs(count: int, data: some.DataObject) -> None:
    indices = some.integers(0, count - 1)
    pairs = data.draw(some.lists(some.tuples(indices, indices), max_size=40))
    root = np.arange(count)
    ends = np.array(pairs, np.int64).reshape(-1, 2)
    join(root, ends[:, 0], ends[:, 1])
    assert root.tolist() == joined(count, pairs)


def test_a_long_chain_is_one_set() -> None:
    indices = np.random.default_rng(3).permutation(50_000)
    root = np.arange(50_000)
    join(root, indices[:-1], indices[1:])
    assert not root.any()


def test_missing_hashes_are_near_to_nothing() -> None:
    assert all(not left.size for left, _ in near_pairs(np.zeros(0, np.uint64), 3))
