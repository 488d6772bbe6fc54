"""The plan of the demo garden's photographs, made before drawing."""

from dataclasses import dataclass

import numpy as np

from engine.garden.species import SPECIES, GardenSpecies

OBSERVERS = ("Ada Lindqvist", "Bao Tran", "Carmen Ruiz", "Dele Okafor", "Edda Moser", "Finn Walsh")
SIZES = ((640, 480), (800, 600), (1024, 768), (1280, 960), (1600, 1200))
SIZE_WEIGHTS = (0.32, 0.28, 0.22, 0.12, 0.06)
PORTRAIT = 0.22
PAIRED = 0.12


@dataclass(frozen=True)
class Planting:
    """One photograph to draw. `file` is relative to the garden's folder, with forward
    slashes; the photographs of one observation share `plant_seed`, and each has its own `seed`
    (view, light, place)."""

    file: str
    species: str
    genus: str
    family: str
    observation_id: str
    observer: str
    seed: int
    plant_seed: int
    width: int
    height: int


def plan_garden(seed: int = 7) -> list[Planting]:
    """Plan every photograph of the garden, ordered by file name within a species.

    About one photograph in eight is the second one of an observation: the same plant in
    another view and another light.
    """
    return [
        planting
        for index, species in enumerate(SPECIES)
        for planting in _plan_species(species, np.random.default_rng([seed, index]), index)
    ]


def _plan_species(species: GardenSpecies, rng: np.random.Generator, index: int) -> list[Planting]:
    folder = species.binomial.replace(" ", "_")
    plantings: list[Planting] = []
    observation = 0
    for number in range(1, species.count + 1):
        # The species with two photographs has two observations, so that a split can separate them.
        second = number > 2 and rng.random() < PAIRED and not _is_second(plantings)
        seeds = rng.integers(2**31, size=2).tolist()
        observer = OBSERVERS[int(rng.integers(len(OBSERVERS)))]
        size = SIZES[int(rng.choice(len(SIZES), p=SIZE_WEIGHTS))]
        width, height = size[::-1] if rng.random() < PORTRAIT else size
        observation += not second
        before = plantings[-1] if second else None
        plantings.append(
            Planting(
                file=f"{folder}/{number:04}.jpg",
                species=species.binomial,
                genus=species.genus,
                family=species.family,
                observation_id=f"garden-{index + 1:02}-{observation:04}",
                observer=before.observer if before else observer,
                seed=seeds[0],
                plant_seed=before.plant_seed if before else seeds[1],
                width=width,
                height=height,
            )
        )
    return plantings


def _is_second(plantings: list[Planting]) -> bool:
    return len(plantings) > 1 and plantings[-1].observation_id == plantings[-2].observation_id
