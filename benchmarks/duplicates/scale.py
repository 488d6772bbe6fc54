"""The store and the pairs of as many photographs as a large catalogue has.

The photographs are made from the features of real ones. A direction is a mixture of a real one and
of a random one, which is drawn with the covariance of the real directions of its folder, so that
directions crowd together as real ones do. A thumbnail is a random part of a real one. One in
twenty is a copy of the one before: its direction differs as that of a real copy does, and its
thumbnail is cut and has other noise.
"""

import hashlib
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.duplicates.changes import CHANGES, changed
from benchmarks.duplicates.photographs import photographs, read
from engine.embeddings.features import LEVELS, THUMBNAIL, UNIT, Features, Thumbnail, features_of
from engine.embeddings.near_duplicates import find_near_duplicates
from engine.embeddings.store import FeatureStore
from engine.home import open_home

ROWS = 741_533
_COPIES_OF = 100
_BATCH = 20_000
_LEAST = 20


def at_scale(rows: int) -> None:
    """Fill a store, find its pairs, and print what each takes."""
    with tempfile.TemporaryDirectory() as folder:
        home = open_home(Path(folder))
        store = FeatureStore(home)
        copied: set[tuple[int, int]] = set()
        for batch in _photographs(rows, copied):
            store.add(batch)
        size = home.features.stat().st_size
        print(f"{rows:,} photographs: {size / 1e6:.0f} MB on disk", flush=True)
        start, worked = time.perf_counter(), time.process_time()
        found = find_near_duplicates(store)
        seconds, worked = time.perf_counter() - start, time.process_time() - worked
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"{found:,} pairs in {seconds:.0f} s ({worked:.0f} s of processor time)")
        print(f"{memory:.2f} GB of memory at most")
        pairs = _numbers(store)
        print(f"{len(copied & pairs) / len(copied):.3f} of {len(copied):,} copies are found")
        store.close()


def _numbers(store: FeatureStore) -> set[tuple[int, int]]:
    """The pairs of the store by the rows that they were made as."""
    of = {_name(row): row for row in range(store.last())}
    return {
        tuple(sorted((of[one], of[other])))  # type: ignore[misc]
        for one, other in zip(*store.pairs(), strict=True)
    }


def _name(row: int) -> str:
    return hashlib.sha256(str(row).encode()).hexdigest()


def _photographs(rows: int, copied: set[tuple[int, int]]) -> Iterator[dict[str, Features]]:
    """Batches by hash; `copied` gets the rows of each copy and its original."""
    real = _Real()
    random = np.random.default_rng(741_533)
    for start in range(0, rows, _BATCH):
        batch: dict[str, Features] = {}
        for row in range(start, min(rows, start + _BATCH)):
            if row % 20 == 19:
                found = real.copy_of(batch[_name(row - 1)], random)
                copied.add((row - 1, row))
            else:
                found = real.another(random)
            batch[_name(row)] = found
        yield batch


class _Real:
    """The features of real photographs and of changed copies of them."""

    def __init__(self) -> None:
        self._files = [file for part in photographs() for file in part]
        features = [features_of(read(file)) for file in self._files]
        self._thumbnails = [each.thumbnail for each in features]
        self._directions = np.stack([each.direction for each in features]).astype(float) / UNIT
        folders = np.array([str(file.parent) for file in self._files])
        self._members = [np.flatnonzero(folders == name) for name in np.unique(folders)]
        self._members = [each for each in self._members if len(each) >= _LEAST]
        self._roots = [self._root(members) for members in self._members]
        self._changes = [
            features_of(changed(read(self._files[place]), name, place)).direction / UNIT
            - self._directions[place]
            for place in range(_COPIES_OF)
            for name in list(CHANGES)[place % 4 :: 4]
        ]

    def another(self, random: np.random.Generator) -> Features:
        """A photograph that does not exist."""
        folder = int(random.integers(len(self._members)))
        place = int(random.choice(self._members[folder]))
        drawn = self._roots[folder] @ random.normal(size=self._roots[folder].shape[1])
        drawn /= np.linalg.norm(drawn)
        share = random.uniform(0, 0.8)
        mixed = share * self._directions[place] + np.sqrt(1 - share**2) * drawn
        other = self._thumbnails[int(random.integers(len(self._thumbnails)))]
        return Features(_unit(mixed), _part(other, 0.5, random))

    def copy_of(self, features: Features, random: np.random.Generator) -> Features:
        """A copy of a photograph."""
        change = self._changes[int(random.integers(len(self._changes)))]
        noisy = _part(features.thumbnail, 0.9, random) + random.normal(0, 0.7, (THUMBNAIL,) * 2)
        thumbnail = np.clip(np.rint(noisy), 0, LEVELS - 1).astype(np.uint8)
        mirror = bool(random.random() < 0.3)
        return Features(
            _unit(features.direction / UNIT + change),
            np.ascontiguousarray(thumbnail[:, ::-1]) if mirror else thumbnail,
        )

    def _root(self, members: NDArray[np.int64]) -> NDArray[np.float64]:
        """A root of the second moments of a folder's directions: (DIRECTIONS, members)."""
        root: NDArray[np.float64] = self._directions[members].T / np.sqrt(len(members))
        return root


def _part(thumbnail: Thumbnail, least: float, random: np.random.Generator) -> Thumbnail:
    """A random part, of at least that share of each side."""
    side = round(random.uniform(least, 1) * THUMBNAIL)
    y, x = random.integers(0, THUMBNAIL - side + 1, 2)
    part = thumbnail[y : y + side, x : x + side]
    return np.asarray(cv2.resize(part, (THUMBNAIL, THUMBNAIL)), np.uint8)


def _unit(direction: NDArray[np.float64]) -> NDArray[np.int8]:
    return np.rint(direction * (UNIT / np.linalg.norm(direction))).astype(np.int8)
