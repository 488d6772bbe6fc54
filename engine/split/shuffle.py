"""Faults of a plain random shuffle, which the split rule avoids."""

from dataclasses import dataclass

import numpy as np

from engine.split.assign import NOWHERE, Codes
from engine.split.groups import Groups
from engine.split.inputs import SplitInputs
from engine.split.plan import SplitPlan, straddling


@dataclass(frozen=True)
class ShuffleFaults:
    """The faults of a split.

    `val_only` and `test_only` count species in that part but not in train. `not_in_val` counts
    species that have two groups, so could be in val, but are not. `straddling` counts groups in
    several parts.
    """

    val_only: int
    test_only: int
    not_in_val: int
    straddling: int


def shuffled(plan: SplitPlan) -> Codes:
    """The parts (n,) of the plan's photographs if all are shuffled and divided by share."""
    dealt = np.flatnonzero(plan.parts != NOWHERE)
    order = np.random.default_rng(plan.settings.seed).permutation(dealt)
    shares = np.array([plan.settings.val_percent, plan.settings.test_percent]) / 100
    val, held_out = np.rint(np.cumsum(shares) * len(order)).astype(int)
    parts = np.full(len(plan.parts), NOWHERE, np.int8)
    parts[order[held_out:]] = 0
    parts[order[:val]] = 1
    parts[order[val:held_out]] = 2
    return parts


def shuffle_faults(inputs: SplitInputs, groups: Groups, parts: Codes) -> ShuffleFaults:
    """Count the faults of any assignment of photographs to parts."""
    dealt = parts != NOWHERE
    species, of_group = inputs.species[dealt], groups.of_photograph[dealt]
    names = len(inputs.names)
    cells = species.astype(np.int64) * 3 + parts[dealt]
    train, val, test = (np.bincount(cells, minlength=3 * names).reshape(-1, 3) > 0).T
    label = np.full(len(groups), -1, np.int64)
    label[of_group] = species
    could = np.bincount(label[(label >= 0) & ~groups.mixed], minlength=names) >= 2
    return ShuffleFaults(
        int((val & ~train).sum()),
        int((test & ~train).sum()),
        int((could & ~val).sum()),
        straddling(groups, parts),
    )
