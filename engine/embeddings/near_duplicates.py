"""Finds near-duplicates by their features, and reads those found before."""

import contextlib
import itertools
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from engine.embeddings.agreement import same_picture
from engine.embeddings.candidates import COMPARING, close_pairs
from engine.embeddings.overlap import likely_same
from engine.embeddings.store import FeatureStore
from engine.home import Home
from engine.progress import Report, silent

_AT_ONCE = 20_000
_SHARE = 1_000


@dataclass(frozen=True)
class NearDuplicates:
    """The near-duplicates found so far, as SHA-256s of the files.

    `first` and `second`, each (pairs,), are the photographs of each pair. `compared` (n,) are all
    photographs that were compared with each other.
    """

    first: pa.Array
    second: pa.Array
    compared: pa.Array

    @property
    def pairs(self) -> Iterator[tuple[str, str]]:
        """The two hashes of each pair."""
        return zip(self.first.to_pylist(), self.second.to_pylist(), strict=True)


def near_duplicate_pairs(home: Home) -> NearDuplicates:
    """Read the near-duplicates found so far; computes nothing and creates no file.

    Raises:
        WorkFailed: the file is damaged.
    """
    if not home.features.is_file():
        nothing = pa.array([], pa.string())
        return NearDuplicates(nothing, nothing, nothing)
    with contextlib.closing(FeatureStore(home)) as store:
        first, second = store.pairs()
        texts = pa.array(first, pa.string()), pa.array(second, pa.string())
        return NearDuplicates(*texts, store.compared_hashes())


def near_duplicates_stamp(home: Home) -> int:
    """A number that changes whenever near-duplicates are found; 0 before any comparison."""
    files = (home.features, home.features.with_name(f"{home.features.name}-wal"))
    return max((file.stat().st_mtime_ns for file in files if file.is_file()), default=0)


def find_near_duplicates(store: FeatureStore, report: Report = silent) -> int:
    """Compare new features with all features. Returns the number of new pairs.

    A pair is a candidate if its directions are close and its thumbnails correlate. It is a
    near-duplicate if both thumbnails show the same picture. Each batch of pairs is stored at once.

    Raises:
        WorkFailed: the file is damaged or the disk full.
    """
    last, before = store.last(), store.compared()
    if last <= before:
        return 0
    numbers, directions = store.directions()
    first_new = int((numbers <= before).sum())
    report(0, 0, COMPARING)
    candidates = numbers[close_pairs(directions, first_new, report)]
    found = 0
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for start in range(0, len(candidates), _AT_ONCE):
            report(start, len(candidates), COMPARING)
            batch = [(int(one), int(other)) for one, other in candidates[start : start + _AT_ONCE]]
            same = _same(store, batch, pool)
            store.add_pairs(same)
            found += len(same)
    store.add_pairs((), compared=last)
    return found


def _same(
    store: FeatureStore, pairs: list[tuple[int, int]], pool: ThreadPoolExecutor
) -> list[tuple[int, int]]:
    """The pairs of numbers whose thumbnails show the same picture."""
    thumbnails = store.thumbnails(itertools.chain.from_iterable(pairs))

    def judged(share: list[tuple[int, int]]) -> list[tuple[int, int]]:
        numbers, places = np.unique(np.array(share), return_inverse=True)
        shown = [thumbnails[number] for number in numbers.tolist()]
        first, second = places.reshape(-1, 2).T
        likely = np.flatnonzero(likely_same(shown, first, second)).tolist()
        return [
            share[each] for each in likely if same_picture(shown[first[each]], shown[second[each]])
        ]

    shares = [pairs[start : start + _SHARE] for start in range(0, len(pairs), _SHARE)]
    return list(itertools.chain.from_iterable(pool.map(judged, shares)))
