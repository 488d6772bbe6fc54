"""Near-duplicates: recall by change, false pairs among different photographs, and the cost.

    python -m benchmarks.duplicates             recall, false pairs, photographs a second
    python -m benchmarks.duplicates --scale     the store and the pairs of 741,533 photographs
    python -m benchmarks.duplicates --learn     computes engine/embeddings/projection.npy anew

The 200 photographs that are judged are none of those that the projection was learned from.
"""

import argparse
import os
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np

from benchmarks.duplicates.changes import CHANGES, CROPPED, EASY, changed
from benchmarks.duplicates.photographs import DIFFERENT, cuts, photographs, read
from benchmarks.duplicates.scale import ROWS, at_scale
from engine.embeddings.agreement import SAME, agreement
from engine.embeddings.candidates import CLOSE
from engine.embeddings.features import UNIT, Features, features_of
from engine.embeddings.overlap import likely_same
from engine.images.decode import read_rgb
from engine.quality.measures import of_pixels
from engine.split.near import near_pairs

_HASH_BITS = 3


def cosine(one: Features, other: Features) -> float:
    """Between two directions."""
    return float(one.direction.astype(np.int64) @ other.direction.astype(np.int64)) / UNIT**2


def recall() -> None:
    """For each change the share found by the hash alone, of candidates, and of pairs."""
    files = photographs()[0]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = np.array(list(pool.map(_found, range(len(files)), files)))
    print(f"{len(files)} photographs\n\n| change | hash | candidates | found | wanted |")
    print("|---|---|---|---|---|")
    for name, (by_hash, close, same) in zip(CHANGES, found.mean(axis=0), strict=True):
        wanted = ".95" if name in EASY else ".80" if name in CROPPED else ""
        print(f"| {name} | {by_hash:.2f} | {close:.3f} | {same:.3f} | {wanted} |")


def _found(seed: int, file: Path) -> list[tuple[bool, bool, bool]]:
    """By change: whether the hash is near, the directions are close, and the pair is found."""
    image = read_rgb(file)
    own, look = features_of(read(file)), _look(read(file))
    answers = []
    for name in CHANGES:
        copy = changed(image, name, seed)
        other, bits = features_of(copy), look ^ _look(copy)
        close = bool(own.direction.size and other.direction.size) and cosine(own, other) >= CLOSE
        by_hash = bits.bit_count() <= _HASH_BITS
        answers.append((by_hash, close, by_hash or (close and _agreement(own, other) >= SAME)))
    return answers


def _agreement(one: Features, other: Features) -> float:
    """As the scan judges a candidate: -1 where a quick look rules it out."""
    pair = np.array([0]), np.array([1])
    if not likely_same([one.thumbnail, other.thumbnail], *pair)[0]:
        return -1.0
    return agreement(one.thumbnail, other.thumbnail)


def _look(pixels: np.ndarray) -> int:
    return int(of_pixels(pixels, 1, 1).phash or "0", 16)


def false_pairs() -> None:
    """Pairs among different photographs, and the highest agreement of all candidates."""
    files = [file for part in photographs() for file in part]
    origin = {file: file for file in files}
    for cut, whole in cuts()[: DIFFERENT - len(files)]:
        origin[cut] = whole
    names = list(origin)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda file: features_of(read(file)), names))
    directions = np.stack([each.direction for each in found]).astype(np.float32)
    cosines = directions @ directions.T / UNIT**2
    close = [
        (one, other)
        for one, other in combinations(range(len(names)), 2)
        if cosines[one, other] >= CLOSE and origin[names[one]] != origin[names[other]]
    ]
    agreed = [(agreement(found[a].thumbnail, found[b].thumbnail), a, b) for a, b in close]
    false = [each for each in agreed if each[0] >= SAME]
    looks = np.array(
        [int(of_pixels(read(file), 1, 1).phash or "0", 16) for file in names], np.uint64
    )
    hashed = sum(
        origin[names[one]] != origin[names[other]] and bool(looks[one]) and bool(looks[other])
        for lefts, rights in near_pairs(looks, _HASH_BITS)
        for one, other in zip(lefts.tolist(), rights.tolist(), strict=True)
    )
    print(
        f"\n{len(names)} different photographs, {len(names) * (len(names) - 1) // 2:,} pairs: "
        f"{len(close)} candidates, {len(false)} found; {hashed} by the hash"
    )
    for value, one, other in sorted(agreed, reverse=True)[:5]:
        print(f"  agreement {value:.2f}: {names[one].name} {names[other].name}")


def speed() -> None:
    """Photographs a second of processor time: decoding, measuring, features."""
    files = [file for part in photographs() for file in part]
    start = time.process_time()
    for file in files:
        pixels = read(file)
        of_pixels(pixels, 1, 1)
    measured = time.process_time() - start
    start = time.process_time()
    for file in files:
        pixels = read(file)
        of_pixels(pixels, 1, 1)
        features_of(pixels)
    whole = time.process_time() - start
    print(
        f"\n{len(files)} photographs, a second of one core: "
        f"{len(files) / whole:.0f} with features, {len(files) / measured:.0f} without"
    )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--scale", action="store_true")
    parser.add_argument("--learn", action="store_true")
    parser.add_argument("--rows", type=int, default=ROWS)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    if given.learn:
        # It needs torch, which the rest does not.
        from benchmarks.duplicates.learning import learn

        learn()
    elif given.scale:
        at_scale(given.rows)
    else:
        recall()
        false_pairs()
        speed()


if __name__ == "__main__":
    main()
