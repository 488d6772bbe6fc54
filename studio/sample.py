"""A few photographs of the catalogue, drawn at random and the same for the same seed."""

from collections import defaultdict
from itertools import accumulate

import numpy as np

from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue, Filter


def sample(catalogue: Catalogue, chosen: Filter, seed: int, size: int) -> list[Photograph]:
    """`size` photographs that pass the filter, or all where there are fewer, each as likely."""
    species = catalogue.species(chosen)
    ends = list(accumulate(item.images for item in species))
    total = ends[-1] if ends else 0
    drawn = np.random.default_rng(seed).choice(total, min(size, total), replace=False)
    # Only the species that were drawn are read, and of each no more than is needed.
    places: dict[int, list[int]] = defaultdict(list)
    for place in drawn:
        index = int(np.searchsorted(ends, place, side="right"))
        places[index].append(int(place) - (ends[index] - species[index].images))
    found: list[Photograph] = []
    for index, within in places.items():
        one = Filter(chosen.text, species[index].species, chosen.source, chosen.state)
        photographs = catalogue.page(one, None, max(within) + 1).photographs
        found += [photographs[place] for place in within if place < len(photographs)]
    return found
