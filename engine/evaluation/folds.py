"""Repeated stratified folds, and confidence intervals for them."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.crop.verdict import Measured

_Z95 = 1.959964


def stratified_folds(
    labels: Sequence[int], groups: Sequence[str], folds: int, chance: np.random.Generator
) -> NDArray[np.int64]:
    """Return the fold of each photograph: (n,).

    Each species is spread evenly over the folds. Photographs of one group (an observation; empty =
    none) stay in one fold, because otherwise the model has seen the tested observation.
    """
    fold = np.empty(len(labels), np.int64)
    for label in np.unique(np.asarray(labels)):
        members: dict[object, list[int]] = {}
        for index in np.flatnonzero(np.asarray(labels) == label).tolist():
            members.setdefault(groups[index] or index, []).append(index)
        # The largest groups first, each to the fold with the fewest; ties are broken at random.
        together = [list(members.values())[i] for i in chance.permutation(len(members))]
        filled, order = np.zeros(folds, int), chance.permutation(folds)
        for indices in sorted(together, key=len, reverse=True):
            target = order[int(filled[order].argmin())]
            fold[indices] = target
            filled[target] += len(indices)
    return fold


def corrected_interval(values: NDArray[np.float64], folds: int) -> Measured:
    """Return the mean and 95 % interval of the results of repeated folds.

    The training sets of different folds overlap, so a plain t-interval is far too narrow. This one
    is corrected by Nadeau and Bengio, "Inference for the generalization error", Machine Learning
    52, 2003.
    """
    count = len(values)
    tested_to_trained = 1 / (folds - 1)
    variance = float(values.var(ddof=1)) * (1 / count + tested_to_trained)
    return Measured(float(values.mean()), student95(count - 1) * math.sqrt(variance))


def student95(freedom: int) -> float:
    """Return the two-sided 95 % quantile of Student's t, by the expansion of Fisher and Cornish
    (1960).

    Accurate to three digits from four degrees of freedom.
    """
    z, v = _Z95, freedom
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4)
    )
