"""Plants without stalked flowers: ferns, succulents, grasses."""

from functools import lru_cache

import numpy as np

from engine.garden.blade import NOTHING, Blade
from engine.garden.flower import VARIANTS, surface_blade, unit
from engine.garden.lamina import Lamina, Surface, lamina
from engine.garden.light import Vector, cross, vector
from engine.garden.species import GardenSpecies
from engine.garden.sprite import sprite
from engine.garden.stalked import UP, main_stems, outward
from engine.garden.stem import stem

FEATHER = 0.25


@lru_cache(maxsize=32)
def _feather(species: GardenSpecies, variant: int) -> Lamina:
    """A frond or feathery leaf: pairs of leaflets along a midrib."""
    rng = np.random.default_rng([variant, 54])
    pairs = 25 if species.habit == "fern" else 13
    blades = [stem(vector(0, 0, 0), vector(0, 1, 0), NOTHING, 0.009, species.stem, 0.3)]
    for i in range(pairs):
        u = 0.1 + 0.88 * i / pairs
        reach = FEATHER * np.sin(np.pi * (0.16 + 0.84 * u) ** 0.8) ** 0.8 + 0.015
        for side in (-1.0, 1.0):
            length = reach * rng.uniform(0.92, 1.05)
            rise = 0.32 + 0.5 * u + rng.normal(0, 0.06)
            along = vector(side * np.cos(rise), np.sin(rise), rng.normal(0.05, 0.1))
            along = along * np.float32(length)
            foot = vector(0, u + 0.008 * side, 0)
            blades.append(
                surface_blade(species.leaf, foot, along, vector(0, 0, 1), rng, -0.08, 0.15, 0.3)
            )
    return sprite(blades, 480, (-FEATHER * 1.1, 0.0, FEATHER * 1.1, 1.04))


def feather(
    species: GardenSpecies, direction: Vector, foot: Vector, length: float,
    rng: np.random.Generator, droop: float = 0.35,
) -> Blade:  # fmt: skip
    """A frond from `foot` towards `direction`, arching down."""
    size = np.float32(length)
    across = unit(cross(UP, direction))
    normal = cross(direction, across)
    across = unit(across + normal * np.float32(rng.normal(0, 0.15)))
    tone = np.clip(rng.normal(1, 0.07, 3), 0.8, 1.15).astype(np.float32)
    return Blade(
        _feather(species, int(rng.integers(VARIANTS))), foot, direction * size,
        across * size * np.float32(FEATHER * 1.06),
        bend=vector(0, -droop, 0) * size, cup=normal * size * np.float32(0.05), tint=tone,
        shadow=0.45,
    )  # fmt: skip


def fern(species: GardenSpecies, rng: np.random.Generator) -> list[Blade]:
    """Fronds arching from one crown."""
    count = int(rng.integers(species.stems[0], species.stems[1] + 1))
    start = rng.uniform(0, 2 * np.pi)
    return [
        feather(
            species,
            outward(start + i * 2.4 + rng.normal(0, 0.15), 0.4 + 0.75 * i / count),
            vector(0, 0, 0),
            species.leaf_length * rng.uniform(0.75, 1.05),
            rng,
            rng.uniform(0.15, 0.4),
        )
        for i in range(count)
    ]


def succulent(species: GardenSpecies, rng: np.random.Generator) -> list[Blade]:
    """Thick leaves in a golden-angle rosette; the inner ones are upright and small."""
    count = species.leaves + int(rng.integers(-4, 7))
    start = rng.uniform(0, 2 * np.pi)
    tint = np.clip(rng.normal(1, 0.04, 3), 0.9, 1.1).astype(np.float32)
    blades = []
    for i in range(count):
        age = i / (count - 1)
        direction = outward(start + i * 2.399963 + rng.normal(0, 0.05), 0.12 + 1.15 * age**1.6)
        length = species.leaf_length * (1.05 - 0.78 * age) * rng.uniform(0.95, 1.05)
        foot = vector(0, 0.14 * age, 0) + direction * np.float32(0.02)
        normal = unit(UP - direction * np.float32(0.2))
        blades.append(
            surface_blade(species.leaf, foot.astype(np.float32), direction * np.float32(length),
                          normal, rng, -0.12, 0.32, 0.55, 0.3 * age,
                          tint * np.float32(0.9 + 0.14 * age))
        )  # fmt: skip
    return blades


@lru_cache(maxsize=8)
def _spikelet(variant: int) -> Lamina:
    """A heart-shaped spikelet of overlapping scales."""
    rng = np.random.default_rng([variant, 55])
    scale = Surface((0.76, 0.72, 0.42), (0.90, 0.84, 0.58), 0.42, 0.5, 0.6,
                    edge=(0.70, 0.52, 0.44), veins="parallel", vein_count=4)  # fmt: skip
    blades = []
    for i in range(8):
        side = -1.0 if i % 2 else 1.0
        u = 0.08 + 0.09 * i
        size = 0.5 * (1 - 0.07 * i)
        along = vector(side * 0.75 * size, 0.72 * size, 0)
        blades.append(surface_blade(scale, vector(0, u, -0.02 * i), along, vector(0, 0, 1), rng,
                                    0.0, -0.3, 0.3))  # fmt: skip
    return sprite(blades, 128, (-0.5, 0.0, 0.5, 1.15))


def grass(species: GardenSpecies, rng: np.random.Generator) -> list[Blade]:
    """A tuft of long leaves and open panicles of nodding spikelets."""
    blades: list[Blade] = []
    for _ in range(species.leaves):
        direction = outward(rng.uniform(0, 2 * np.pi), rng.uniform(1.0, 1.4))
        length = np.float32(species.leaf_length * rng.uniform(0.5, 1.0))
        across = unit(np.cross(direction, vector(rng.normal(), 0.2, 1)).astype(np.float32))
        blades.append(
            Blade(lamina(species.leaf, int(rng.integers(VARIANTS))),
                  vector(rng.normal(0, 0.03), 0, rng.normal(0, 0.03)), direction * length,
                  across * length * np.float32(species.leaf.width * 0.8),
                  bend=(outward(rng.uniform(0, 6), -0.8) * length * np.float32(0.3)).astype(
                      np.float32),
                  tint=vector(1, 1, 1) * np.float32(rng.normal(1, 0.08)), shadow=0.2)
        )  # fmt: skip
    for stalk in main_stems(species, rng, 0.007, 0.6):
        blades.append(stalk)
        for i in range(int(rng.integers(9, 14))):
            u = 0.55 + 0.45 * i / 12
            reach = np.float32(0.26 * (1.35 - u) * rng.uniform(0.7, 1.2))
            direction = outward(i * 2.4 + rng.normal(0, 0.3), 0.6)
            tip = (stalk.at(u) + direction * reach).astype(np.float32)
            blades.append(stem(stalk.at(u), tip, UP * reach * np.float32(0.5), 0.003, species.stem))
            size = np.float32(species.bloom_size * rng.uniform(0.8, 1.15))
            down = unit(vector(direction[0] * 0.4, -1, 0)) * size
            side = unit(cross(down, vector(0, 0, 1))) * size
            blades.append(
                Blade(_spikelet(int(rng.integers(3))), tip, down, side * np.float32(0.43),
                      tint=vector(1.04, 1, 0.94) * np.float32(rng.normal(1, 0.06)),
                      shadow=0.3, rank=0.01)
            )  # fmt: skip
    return blades
