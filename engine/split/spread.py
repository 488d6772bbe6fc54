"""How photographs spread over species: the long tail in numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Weight = Callable[[NDArray[np.float64]], NDArray[np.float64]]

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


def exposure(train_images: Counts, weight: Weight | None) -> NDArray[np.float64]:
    """How often an epoch shows each species, drawing as many photographs as train has.

    `weight` is a sampler's: the weight of a photograph by the photographs of its species. None
    draws each once.
    """
    counts = np.asarray(train_images, float)
    each = weight(np.maximum(counts, 1)) if weight else np.ones_like(counts)
    weights = counts * each
    return np.asarray(weights * counts.sum() / max(weights.sum(), 1e-300), np.float64)
