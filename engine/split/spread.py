"""Statistics of the long tail: how photographs are distributed over species."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Weight = Callable[[NDArray[np.float64]], NDArray[np.float64]]

MINIMA = (2, 3, 5, 10, 20, 50, 100)


@dataclass(frozen=True)
class MinimumCost:
    """The species and photographs lost by requiring a minimum number of photographs."""

    least: int
    species: int
    images: int


def minimum_costs(images: Counts, minima: Sequence[int] = MINIMA) -> list[MinimumCost]:
    """For each minimum, the number of species below it, and of their photographs."""
    ordered = np.sort(images)
    total = np.concatenate([[0], np.cumsum(ordered)])
    below = np.searchsorted(ordered, minima)
    return [
        MinimumCost(least, int(species), int(total[species]))
        for least, species in zip(minima, below, strict=True)
    ]


def lorenz(images: Counts) -> NDArray[np.float64]:
    """The Lorenz curve (species + 1,): the share of photographs in the k smallest species."""
    running = np.concatenate([[0], np.cumsum(np.sort(images))])
    return np.asarray(running / max(running[-1], 1), np.float64)


def gini(images: Counts) -> float:
    """The Gini coefficient: 0 if all species have equally many photographs, near 1 if one
    species has all."""
    if not images.size:
        return 0.0
    share = lorenz(images)
    return float(1 - (share[1:] + share[:-1]).sum() / images.size)


def exposure(train_images: Counts, weight: Weight | None) -> NDArray[np.float64]:
    """Expected draws of each species per epoch, with as many draws as train has photographs.

    `weight` is a sampler's function from a species' number of photographs to the weight of each
    of them. None draws each photograph once.
    """
    counts = np.asarray(train_images, float)
    each = weight(np.maximum(counts, 1)) if weight else np.ones_like(counts)
    weights = counts * each
    return np.asarray(weights * counts.sum() / max(weights.sum(), 1e-300), np.float64)
