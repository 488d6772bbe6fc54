"""Finds pairs of close directions among millions."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.embeddings.features import UNIT
from engine.language.message import message
from engine.progress import Report, silent

Directions = NDArray[np.int8]
Places = NDArray[np.int64]

CLOSE = 0.78
"""The lowest cosine between the directions of two copies of a picture."""
NEAREST = 8
"""The maximum number of candidates for each direction, the closest first."""
_ALL_WITH_ALL = 4_000_000_000
_MEMBERS = 700
_PROBED = 16
_ROUNDS = 6
_SAMPLE = 64
_ROWS = 4_096
COMPARING = message("Comparing photographs")


def close_pairs(directions: Directions, first_new: int, report: Report = silent) -> Places:
    """The index pairs (n, 2) of close directions, sorted, the smaller index first.

    At least one index of each pair is `first_new` or later. A large set is divided into cells
    around centres (an inverted file; Jegou et al., "Product quantization for nearest neighbor
    search", PAMI 2011). Each new direction is then compared with the cells nearest to it.

    Args:
        directions: (n, DIRECTIONS).
        first_new: the index of the first direction that was not compared before.
    """
    new = len(directions) - first_new
    if new <= 0 or len(directions) < 2:
        return np.zeros((0, 2), np.int64)
    found = _Closest(directions, first_new)
    if new * len(directions) <= _ALL_WITH_ALL:
        everything = np.arange(len(directions))
        found.compare(everything[first_new:], everything)
    else:
        count = len(directions) // _MEMBERS
        centres = _centres(directions, count)
        home = np.concatenate(list(_nearest(directions, centres, 1)))[:, 0]
        probed = np.concatenate(list(_nearest(directions[first_new:], centres, _PROBED)))
        members, queries = _by_cell(home, count), _by_cell(probed, count)
        for cell in range(count):
            report(cell, count, COMPARING)
            found.compare(queries[cell] + first_new, members[cell])
    return found.pairs()


class _Closest:
    """The closest directions found so far for each new direction."""

    def __init__(self, directions: Directions, first_new: int) -> None:
        self._directions, self._first_new = directions, first_new
        count = len(directions) - first_new
        self._cosines = np.full((count, NEAREST), -1, np.float32)
        self._places = np.full((count, NEAREST), -1, np.int64)

    def compare(self, queries: Places, members: Places) -> None:
        """Compare new directions with others, by index. No pair may be given twice."""
        others = self._directions[members].astype(np.float32).T / np.float32(UNIT**2)
        for start in range(0, len(queries), _ROWS):
            rows = queries[start : start + _ROWS]
            for left in range(0, len(members), _ROWS):
                part = np.s_[left : left + _ROWS]
                cosines = self._directions[rows].astype(np.float32) @ others[:, part]
                self._keep(rows, members[part], np.asarray(cosines, np.float32))

    def pairs(self) -> Places:
        """The pairs as `close_pairs` returns them."""
        row, column = np.nonzero(self._cosines >= CLOSE)
        ends = np.stack([row + self._first_new, self._places[row, column]], axis=1)
        return np.unique(np.sort(ends, axis=1), axis=0)

    def _keep(self, rows: Places, members: Places, cosines: NDArray[np.float32]) -> None:
        hits = np.flatnonzero(cosines >= CLOSE)
        near, column = np.divmod(hits, cosines.shape[1])
        other = rows[near] != members[column]
        hits, near, column = hits[other], near[other], column[other]
        if not hits.size:
            return
        touched, first = np.unique(near, return_index=True)
        values = cosines.ravel()[hits]
        for row, begin, end in zip(touched, first, [*first[1:], len(hits)], strict=True):
            place = rows[row] - self._first_new
            known = np.concatenate([self._cosines[place], values[begin:end]])
            places = np.concatenate([self._places[place], members[column[begin:end]]])
            best = np.argpartition(-known, NEAREST - 1)[:NEAREST]
            self._cosines[place], self._places[place] = known[best], places[best]


def _centres(directions: Directions, count: int) -> NDArray[np.float32]:
    """Centres (count, DIRECTIONS) of unit length, by spherical k-means on a sample."""
    random = np.random.default_rng(0)
    size = min(len(directions), count * _SAMPLE)
    sample = directions[np.sort(random.choice(len(directions), size, replace=False))]
    centres = sample[random.choice(size, count, replace=False)].astype(np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    for _ in range(_ROUNDS):
        cell = np.concatenate(list(_nearest(sample, centres, 1)))[:, 0]
        sums = np.zeros_like(centres)
        np.add.at(sums, cell, sample.astype(np.float32))
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.maximum(lengths, 1), centres)
    return centres


def _nearest(
    directions: Directions, centres: NDArray[np.float32], count: int
) -> Iterator[NDArray[np.int32]]:
    """Yield the nearest centres of each direction, (rows, count), in batches of rows."""
    for start in range(0, len(directions), _ROWS):
        cosines = directions[start : start + _ROWS].astype(np.float32) @ centres.T
        if count == 1:
            yield cosines.argmax(axis=1).astype(np.int32)[:, None]
        else:
            yield np.argpartition(-cosines, count, axis=1)[:, :count].astype(np.int32)


def _by_cell(cells: NDArray[np.int32], count: int) -> list[Places]:
    """The rows of each cell, in ascending order; `cells` is (rows,) or (rows, several)."""
    flat = cells.ravel()
    each = cells.shape[1] if cells.ndim > 1 else 1
    order = np.argsort(flat, kind="stable")
    ends = np.searchsorted(flat[order], np.arange(count + 1))
    rows = (order // each).astype(np.int64)
    return [rows[begin:end] for begin, end in pairwise(ends.tolist())]
