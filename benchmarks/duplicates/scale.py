"""The store and the pairs of as many photographs as a large catalogue has.

The photographs are made of the features of real ones: each is a mixture of two random real
photographs of one folder and of noise, which keeps how directions crowd together. One in twenty is
a copy, of which direction and thumbnail differ as those of a real copy do.
"""

import hashlib
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.duplicates.changes import CHANGES, changed
from benchmarks.duplicates.photographs import photographs, read
from engine.embeddings.features import LEVELS, UNIT, Features, features_of
from engine.embeddings.near_duplicates import find_near_duplicates
from engine.embeddings.store import FeatureStore
from engine.home import open_home

ROWS = 741_533
_SEEN, _COPIES_OF = 973, 100
_BATCH = 20_000
_NOISE = 0.05


def at_scale(rows: int) -> None:
    """Fill a store, find its pairs, and print what each takes."""
    with tempfile.TemporaryDirectory() as folder:
        home = open_home(Path(folder))
        store = FeatureStore(home)
        copied: set[tuple[int, int]] = set()
        for batch in _photographs(rows, copied):
            store.keep(batch)
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
    files, originals, copies = _real()
    random = np.random.default_rng(741_533)
    folders = np.array([file.parent.parent.name for file in files])
    of_folder = [np.flatnonzero(folders == name) for name in np.unique(folders)]
    thumbnails = np.stack([each.thumbnail for each in originals])
    directions = np.stack([each.direction for each in originals]).astype(np.float32) / UNIT
    for start in range(0, rows, _BATCH):
        batch: dict[str, Features] = {}
        for row in range(start, min(rows, start + _BATCH)):
            if row % 20 == 19:
                # A real photograph's copy and its original, both turned in the same way.
                one, other = copies[int(random.integers(len(copies)))]
                turn, flips = _turn(random)
                batch[_name(row - 1)] = _turned(one, turn, flips)
                batch[_name(row)] = _turned(other, turn, flips)
                copied.add((row - 1, row))
                continue
            place = of_folder[int(random.integers(len(of_folder)))]
            first, second = random.choice(place, 2)
            share = random.uniform(0.5, 1)
            mixed = share * directions[first] + (1 - share) * directions[second]
            mixed += random.normal(0, _NOISE, len(mixed)).astype(np.float32)
            shown = share * thumbnails[first] + (1 - share) * thumbnails[second]
            batch[_name(row)] = Features(_unit(mixed), shown.astype(np.uint8))
        # In the order of the rows, so that numbers in the store follow them.
        yield dict(sorted(batch.items(), key=lambda item: item[0]))


def _turn(random: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """A random exchange of the numbers of a direction, and which change their sign."""
    return random.permutation(128), random.random(128) < 0.5


def _turned(
    features: Features, turn: NDArray[np.int64], flips: NDArray[np.bool_]
) -> Features:
    direction = features.direction[turn]
    return Features(np.where(flips, -direction, direction).astype(np.int8), features.thumbnail)


def _unit(direction: NDArray[np.float32]) -> NDArray[np.int8]:
    return np.rint(direction * (UNIT / np.linalg.norm(direction))).astype(np.int8)


def _real() -> tuple[list[Path], list[Features], list[tuple[Features, Features]]]:
    """Real photographs, their features, and those of some copies with their originals."""
    files = [file for part in photographs() for file in part][:_SEEN]
    originals = [features_of(read(file)) for file in files]
    copies = [
        (originals[place], features_of(changed(read(files[place]), name, place)))
        for place in range(_COPIES_OF)
        for name in list(CHANGES)[place % 4 :: 4]
    ]
    assert all(int(each.thumbnail.max()) < LEVELS for each in originals)
    return files, originals, copies
