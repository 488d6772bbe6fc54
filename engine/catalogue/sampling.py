"""Random samples of the catalogue's photographs, reproducible by seed."""

import dataclasses
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Literal

import numpy as np

from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue, Filter, SpeciesCount

Stratum = Literal["head", "middle", "tail"]
STRATA: tuple[Stratum, ...] = ("head", "middle", "tail")

Offsets = Mapping[str, Sequence[int]]
"""For each species, the positions of photographs in the catalogue's order."""


def sample_photographs(
    catalogue: Catalogue, chosen: Filter, seed: int, size: int
) -> list[Photograph]:
    """A uniform sample of `size` photographs that pass the filter, or all if there are fewer."""
    species = catalogue.species(chosen)
    ends = list(accumulate(item.images for item in species))
    total = ends[-1] if ends else 0
    offsets: dict[str, list[int]] = {}
    for offset in np.random.default_rng(seed).choice(total, min(size, total), replace=False):
        index = int(np.searchsorted(ends, offset, side="right"))
        before = ends[index] - species[index].images
        offsets.setdefault(species[index].species, []).append(int(offset) - before)
    return fetch_at_offsets(catalogue, chosen, offsets)


def strata(species: Sequence[SpeciesCount]) -> dict[Stratum, list[SpeciesCount]]:
    """Head, middle and tail: a third of the species each, by number of photographs."""
    falling = sorted(species, key=lambda item: (-item.images, item.species))
    cuts = [round(third * len(falling) / 3) for third in range(4)]
    return {name: falling[cuts[i] : cuts[i + 1]] for i, name in enumerate(STRATA)}


def stratified_sample(
    catalogue: Catalogue, chosen: Filter, seed: int, size: int
) -> dict[Stratum, list[Photograph]]:
    """Sample about a third of `size` photographs from each of head, middle and tail.

    Within a stratum, species are in random order, and each contributes one photograph before
    any contributes a second, so that frequent species do not dominate.
    """
    chance = np.random.default_rng(seed)
    thirds = {name: third for name, third in strata(catalogue.species(chosen)).items() if third}
    # The smallest first, so that the others can make up for what it lacks.
    falling = sorted(thirds, key=lambda name: sum(item.images for item in thirds[name]))
    drawn: dict[Stratum, list[Photograph]] = {}
    for number, name in enumerate(falling):
        left = size - sum(map(len, drawn.values()))
        order = [thirds[name][offset] for offset in chance.permutation(len(thirds[name]))]
        quota = left // (len(falling) - number)
        drawn[name] = fetch_at_offsets(catalogue, chosen, sample_equal_shares(order, quota, chance))
    return {name: drawn[name] for name in thirds}


def sample_equal_shares(
    species: Sequence[SpeciesCount], size: int, chance: np.random.Generator
) -> Offsets:
    """Assign `size` photographs to the species in turn; draws them at random in each species."""
    numbers = dict.fromkeys((item.species for item in species), 0)
    left = min(size, sum(item.images for item in species))
    while left:
        for item in species:
            if left and numbers[item.species] < item.images:
                numbers[item.species] += 1
                left -= 1
    return {
        item.species: chance.choice(item.images, numbers[item.species], replace=False).tolist()
        for item in species
        if numbers[item.species]
    }


def fetch_at_offsets(catalogue: Catalogue, chosen: Filter, offsets: Offsets) -> list[Photograph]:
    """The photographs at these positions; reads no more of a species than needed."""
    found: list[Photograph] = []
    for species, within in offsets.items():
        one = dataclasses.replace(chosen, species=species)
        photographs = catalogue.page(one, None, max(within) + 1).photographs
        found += [photographs[offset] for offset in within if offset < len(photographs)]
    return found
