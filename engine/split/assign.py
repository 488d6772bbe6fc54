"""Assigning groups to the parts, for all species at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.split.numbers import Numbers
from engine.split.rule import Counts, Shares

TRAIN, VAL, TEST = 0, 1, 2
NOWHERE = -1

Codes = NDArray[np.int8]


@dataclass(frozen=True)
class AssignmentGroups:
    """The groups to assign, of one species each; every field is (groups,).

    `rank` orders the groups of a species; the lowest rank is held out first. `prior` is the part
    in an earlier split, or NOWHERE.
    """

    species: NDArray[np.int32]
    size: Counts
    rank: Numbers
    prior: Codes

    def __len__(self) -> int:
        return len(self.species)


# Order of holding groups out (0 first), by their earlier part: NOWHERE, train, val, test.
_PREFERENCE = {VAL: np.array([1, 2, 0, 3]), TEST: np.array([1, 2, 3, 0])}


def assign_parts(groups: AssignmentGroups, shares: Shares, slack: Counts) -> Codes:
    """Return the part of each group (groups,).

    Val, then test, takes whole groups by rank while they fit into its share, or the smallest
    group if none fits. `slack` (species,) is the number of groups of each species that may leave
    train. If it is two or more, val leaves one for test.
    """
    parts = np.zeros(len(groups), np.int8)
    slack = slack.copy()
    wants_test = shares.test > 0
    _hold_out(groups, parts, VAL, shares.val, slack, kept=wants_test & (slack >= 2))
    _hold_out(groups, parts, TEST, shares.test, slack, kept=np.zeros_like(wants_test))
    return parts


def assign_folds(
    groups: AssignmentGroups, free: NDArray[np.bool_], folds: int, turn: Numbers
) -> Codes:
    """Return the fold (groups,) whose val part holds each free group; NOWHERE for the others.

    The groups of a species, in order of rank, form a line whose length is the number of their
    photographs. The line is cut into `folds` equal pieces. `turn` (species,) shifts the number
    of the first piece by species.
    """
    found = np.full(len(groups), NOWHERE, np.int8)
    order = np.flatnonzero(free)[_by_species(groups.species[free], groups.rank[free])]
    species, size = groups.species[order], groups.size[order]
    total = np.bincount(species, size, len(turn))
    middle = _sum_within(species, size) - size / 2
    piece = np.floor(middle * folds / np.maximum(total[species], 1)).astype(np.uint64)
    found[order] = ((piece + turn[species]) % np.uint64(folds)).astype(np.int8)
    return found


def _hold_out(
    groups: AssignmentGroups,
    parts: Codes,
    part: int,
    share: Counts,
    slack: Counts,
    kept: NDArray[np.bool_],
) -> None:
    """Move groups from train to the part, in place; reduces `slack` by the number moved."""
    wanted = share.copy()
    may_leave = slack - kept
    order = _by_species(groups.species, _key(groups, part))
    while order.size:
        order = order[parts[order] == TRAIN]
        species, size = groups.species[order], groups.size[order]
        fits = (size <= wanted[species]) & (may_leave[species] > 0)
        order, species, size = order[fits], species[fits], size[fits]
        taken = _sum_within(species, size) <= wanted[species]
        taken &= _sum_within(species, np.ones_like(size)) <= may_leave[species]
        chosen = order[taken]
        if not chosen.size:
            break
        parts[chosen] = part
        wanted -= _totals(groups.species[chosen], groups.size[chosen], len(share))
        may_leave -= _totals(groups.species[chosen], np.ones(len(chosen), np.int64), len(share))
    untouched = (wanted == share) & (wanted > 0) & (may_leave > 0)
    smallest = _smallest(groups, parts, part, untouched)
    parts[smallest] = part
    may_leave -= _totals(groups.species[smallest], np.ones(len(smallest), np.int64), len(share))
    slack[:] = may_leave + kept


def _smallest(
    groups: AssignmentGroups, parts: Codes, part: int, wanting: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """The smallest group in train of each species in `wanting`; ties go to the lowest rank."""
    there = np.flatnonzero(wanting[groups.species] & (parts == TRAIN))
    there = there[
        np.lexsort((_key(groups, part)[there], groups.size[there], groups.species[there]))
    ]
    return there[np.unique(groups.species[there], return_index=True)[1]]


def _key(groups: AssignmentGroups, part: int) -> Numbers:
    if not (groups.prior != NOWHERE).any():
        return groups.rank
    preference = _PREFERENCE[part][groups.prior + 1].astype(np.uint64)
    return (preference << np.uint64(62)) | (groups.rank >> np.uint64(2))


def _by_species(species: NDArray[np.int32], rank: Numbers) -> NDArray[np.int64]:
    """Indices that sort by species, then rank."""
    # Sorting one combined key takes a quarter of the time of sorting by two keys.
    bits = np.uint64(max(int(species.max(initial=0)), 1).bit_length())
    high = species.astype(np.uint64) << (np.uint64(64) - bits)
    return np.argsort(high | (rank >> bits), kind="stable")


def _sum_within(species: NDArray[np.int32], values: Counts) -> Counts:
    """The running sum within each species; the values are sorted by species."""
    running = np.cumsum(values)
    starts = np.flatnonzero(np.diff(species, prepend=-1))
    lengths = np.diff(np.append(starts, len(species)))
    before = running[starts] - values[starts]
    return running - np.repeat(before, lengths)


def _totals(species: NDArray[np.int32], values: Counts, count: int) -> Counts:
    return np.bincount(species, values, count).astype(np.int64)
