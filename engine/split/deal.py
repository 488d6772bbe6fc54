"""Dealing groups to the parts, every species at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.split.numbers import Numbers
from engine.split.rule import Counts, Shares

TRAIN, VAL, TEST = 0, 1, 2
NOWHERE = -1

Codes = NDArray[np.int8]


@dataclass(frozen=True)
class Units:
    """What is dealt: groups of one species each, (units,) entries.

    `rank` orders the units of a species, the smallest held out first. `prior` is the part of an
    earlier split, NOWHERE where there was none.
    """

    species: NDArray[np.int32]
    size: Counts
    rank: Numbers
    prior: Codes

    def __len__(self) -> int:
        return len(self.species)


# How gladly a unit is held out in a part, by the part it was in: NOWHERE, train, val, test.
_WILLING = {VAL: np.array([1, 2, 0, 3]), TEST: np.array([1, 2, 3, 0])}


def deal(units: Units, shares: Shares, spare: Counts) -> Codes:
    """The part of each unit (units,).

    Val, then test, takes whole units by rank as long as they fit into its share, and the
    smallest where none fits. `spare` (species,) is how many units of each species may leave
    train; where it is two or more, val leaves one for test.
    """
    parts = np.zeros(len(units), np.int8)
    spare = spare.copy()
    wants_test = shares.test > 0
    _hold_out(units, parts, VAL, shares.val, spare, kept=wants_test & (spare >= 2))
    _hold_out(units, parts, TEST, shares.test, spare, kept=np.zeros_like(wants_test))
    return parts


def deal_folds(units: Units, free: NDArray[np.bool_], folds: int, turn: Numbers) -> Codes:
    """The fold (units,) in whose val each free unit is; NOWHERE for the others.

    The units of a species lie by rank on a line as long as its photographs, which is cut into
    `folds` even pieces; `turn` (species,) makes the first piece another one for each species.
    """
    found = np.full(len(units), NOWHERE, np.int8)
    order = np.flatnonzero(free)[_by_species(units.species[free], units.rank[free])]
    species, size = units.species[order], units.size[order]
    total = np.bincount(species, size, len(turn))
    middle = _sum_within(species, size) - size / 2
    piece = np.floor(middle * folds / np.maximum(total[species], 1)).astype(np.uint64)
    found[order] = ((piece + turn[species]) % np.uint64(folds)).astype(np.int8)
    return found


def _hold_out(
    units: Units,
    parts: Codes,
    part: int,
    share: Counts,
    spare: Counts,
    kept: NDArray[np.bool_],
) -> None:
    """Move units from train to the part, in place; `spare` falls by those that moved."""
    wanted = share.copy()
    may_leave = spare - kept
    order = _by_species(units.species, _key(units, part))
    while order.size:
        order = order[parts[order] == TRAIN]
        species, size = units.species[order], units.size[order]
        fits = (size <= wanted[species]) & (may_leave[species] > 0)
        order, species, size = order[fits], species[fits], size[fits]
        taken = _sum_within(species, size) <= wanted[species]
        taken &= _sum_within(species, np.ones_like(size)) <= may_leave[species]
        chosen = order[taken]
        if not chosen.size:
            break
        parts[chosen] = part
        wanted -= _totals(units.species[chosen], units.size[chosen], len(share))
        may_leave -= _totals(units.species[chosen], np.ones(len(chosen), np.int64), len(share))
    untouched = (wanted == share) & (wanted > 0) & (may_leave > 0)
    smallest = _smallest(units, parts, part, untouched)
    parts[smallest] = part
    may_leave -= _totals(units.species[smallest], np.ones(len(smallest), np.int64), len(share))
    spare[:] = may_leave + kept


def _smallest(
    units: Units, parts: Codes, part: int, wanting: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """The smallest unit in train of each species that is wanting, the first by rank."""
    there = np.flatnonzero(wanting[units.species] & (parts == TRAIN))
    there = there[np.lexsort((_key(units, part)[there], units.size[there], units.species[there]))]
    return there[np.unique(units.species[there], return_index=True)[1]]


def _key(units: Units, part: int) -> Numbers:
    if not (units.prior != NOWHERE).any():
        return units.rank
    willing = _WILLING[part][units.prior + 1].astype(np.uint64)
    return (willing << np.uint64(62)) | (units.rank >> np.uint64(2))


def _by_species(species: NDArray[np.int32], rank: Numbers) -> NDArray[np.int64]:
    """The order by species, then rank."""
    # One sort of one number: a quarter of the time of sorting by two.
    bits = np.uint64(max(int(species.max(initial=0)), 1).bit_length())
    high = species.astype(np.uint64) << (np.uint64(64) - bits)
    return np.argsort(high | (rank >> bits), kind="stable")


def _sum_within(species: NDArray[np.int32], values: Counts) -> Counts:
    """The running sum within each species of values that lie by species."""
    running = np.cumsum(values)
    starts = np.flatnonzero(np.diff(species, prepend=-1))
    lengths = np.diff(np.append(starts, len(species)))
    before = running[starts] - values[starts]
    return running - np.repeat(before, lengths)


def _totals(species: NDArray[np.int32], values: Counts, count: int) -> Counts:
    return np.bincount(species, values, count).astype(np.int64)
