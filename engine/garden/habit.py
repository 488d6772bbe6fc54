"""Growth habits: making the blades of one plant from its species' traits."""

from collections.abc import Callable

import numpy as np

from engine.garden import clustered, rosette, stalked
from engine.garden.blade import Blade
from engine.garden.species import GardenSpecies

HABITS: dict[str, Callable[[GardenSpecies, np.random.Generator], list[Blade]]] = {
    "stalked": stalked.stalked,
    "scape": stalked.scape,
    "bulb": stalked.bulb,
    "umbel": clustered.umbel,
    "compound_umbel": clustered.compound_umbel,
    "spike": clustered.spike,
    "raceme": clustered.raceme,
    "fern": rosette.fern,
    "succulent": rosette.succulent,
    "grass": rosette.grass,
}


def grow(species: GardenSpecies, rng: np.random.Generator) -> list[Blade]:
    """One plant of a species, its base at the origin, in plant units."""
    return HABITS[species.habit](species, rng)
