"""The rule for how many photographs of a species are held out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.settings.split import SplitSettings

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Shares:
    """Target photographs per species (species,) in val and in test; train gets the rest."""

    val: Counts
    test: Counts


def shares_of(images: Counts, settings: SplitSettings) -> Shares:
    """One photograph: train. Two: one train, one val. More: a percentage each for val and test.

    A percentage is rounded (half to even), to at least one photograph; train keeps at least one.
    With ten per cent each, this is the project's first published rule.
    """
    test = _at_least_one(images, settings.test_percent) if settings.test_percent else images * 0
    test = np.where(images >= 3, test, 0)
    val = np.where(images >= 2, _at_least_one(images, settings.val_percent), 0)
    val = np.minimum(val, np.maximum(images - 1 - (test > 0), 0))
    return Shares(val, np.minimum(test, np.maximum(images - 1 - val, 0)))


def rule_text(settings: SplitSettings) -> str:
    """The rule as a formula for a species with n photographs, for the manifest."""
    val, test = f"{settings.val_percent:g} %", f"{settings.test_percent:g} %"
    tested = f"max(1, {test})" if settings.test_percent else "0"
    return (
        f"n = 1: train; n = 2: 1 train + 1 val; n >= 3: val = max(1, {val}), test = {tested}, "
        "rounded; train = the rest; groups = whole"
    )


def _at_least_one(images: Counts, percent: float) -> Counts:
    return np.maximum(1, np.rint(images * percent / 100)).astype(np.int64)
