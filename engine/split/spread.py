"""How photographs spread over species: the long tail in numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Sampling = Literal["uniform", "square root", "balanced"]

MINIMA = (2, 3, 5, 10, 20, 50, 100)


@dataclass(frozen=True)
class MinimumCost:
    """What a minimum of photographs a species would cost."""

    least: int
    species: int
    images: int


def minimum_costs(images: Counts, minima: Sequence[int] = MINIMA) -> list[MinimumCost]:
    """For each minimum, the species that have fewer photographs, and how many those have."""
    ordered = np.sort(images)
    total = np.concatenate([[0], np.cumsum(ordered)])
    below = np.searchsorted(ordered, minima)
    return [
        MinimumCost(least, int(species), int(total[species]))
        for least, species in zip(minima, below, strict=True)
    ]


def lorenz(images: Counts) -> NDArray[np.float64]:
    """The share of all photographs that the first k species hold, smallest first (species + 1,)."""
    running = np.concatenate([[0], np.cumsum(np.sort(images))])
    return np.asarray(running / max(running[-1], 1), np.float64)


def gini(images: Counts) -> float:
    """The Gini coefficient: 0 where all species have as many photographs, near 1 where one has
    all."""
    if not images.size:
        return 0.0
    share = lorenz(images)
    return float(1 - (share[1:] + share[:-1]).sum() / images.size)


def exposure(train_images: Counts, sampling: Sampling) -> NDArray[np.float64]:
    """How often an epoch shows each species, drawing as many photographs as train has.

    Uniform draws every photograph alike, balanced every species alike; square root is between
    (Mahajan et al., 2018).
    """
    power = {"uniform": 1.0, "square root": 0.5, "balanced": 0.0}[sampling]
    weights = np.where(train_images > 0, np.asarray(train_images, float) ** power, 0.0)
    return np.asarray(weights * train_images.sum() / max(weights.sum(), 1e-300), np.float64)
