"""Plants with one flower at the end of each stalk."""

import numpy as np

from engine.garden.blade import Blade
from engine.garden.flower import flower, surface_blade, unit
from engine.garden.light import Vector, vector
from engine.garden.species import GardenSpecies
from engine.garden.stem import stem

UP = vector(0, 1, 0)
VIEWER = vector(0, 0.35, 1)


def outward(azimuth: float, rise: float) -> Vector:
    """A unit vector away from the stem: azimuth around it, `rise` radians above the horizontal."""
    return vector(
        np.cos(azimuth) * np.cos(rise), np.sin(rise), np.sin(azimuth) * np.cos(rise)
    ).astype(np.float32)


def main_stems(
    species: GardenSpecies, rng: np.random.Generator, thickness: float, spread: float = 0.34
) -> list[Blade]:
    """The stalks of a plant, rising from its base and leaning apart."""
    count = int(rng.integers(species.stems[0], species.stems[1] + 1))
    first = rng.uniform(-0.5, 0.5)
    stems = []
    for i in range(count):
        side = (i - (count - 1) / 2 + first * 0.5) * 2 / max(count, 2)
        height = species.height * rng.uniform(0.72, 1.05)
        top = vector(side * spread * height * 1.3 + rng.normal(0, 0.05), height,
                     rng.uniform(-0.2, 0.2))  # fmt: skip
        base = vector(side * 0.05, rng.uniform(-0.02, 0.02), rng.uniform(-0.04, 0.04))
        bow = vector(-top[0] * 0.5 + rng.normal(0, 0.06), 0.05, rng.normal(0, 0.05))
        stems.append(stem(base, top, bow, thickness, species.stem))
    return stems


def stem_leaves(
    species: GardenSpecies, stalk: Blade, rng: np.random.Generator, top: float = 0.72
) -> list[Blade]:
    """Leaves in a spiral along a stalk, smaller towards the top."""
    start = rng.uniform(0, 2 * np.pi)
    leaves = []
    for i in range(species.leaves):
        u = 0.04 + top * (i + rng.uniform(0, 0.5)) / species.leaves
        length = species.leaf_length * (1.1 - 0.55 * u) * rng.uniform(0.85, 1.1)
        direction = outward(start + i * 2.4 + rng.normal(0, 0.2), rng.uniform(0.3, 0.8))
        normal = unit((UP + direction * np.float32(-0.3)).astype(np.float32))
        leaves.append(
            surface_blade(species.leaf, stalk.at(u), direction * np.float32(length), normal, rng,
                          droop=rng.uniform(0.15, 0.42), cup=0.22)
        )  # fmt: skip
    return leaves


def basal_leaves(
    species: GardenSpecies, rng: np.random.Generator, rise: tuple[float, float] = (0.1, 0.6)
) -> list[Blade]:
    """A rosette of leaves on the ground."""
    start = rng.uniform(0, 2 * np.pi)
    leaves = []
    for i in range(species.leaves):
        direction = outward(start + i * 2.4 + rng.normal(0, 0.15), rng.uniform(*rise))
        length = species.leaf_length * rng.uniform(0.75, 1.1)
        foot, along = direction * np.float32(0.03), direction * np.float32(length)
        droop = rng.uniform(0.12, 0.3)
        leaves.append(surface_blade(species.leaf, foot, along, UP, rng, droop, 0.16))
    return leaves


def _crown(species: GardenSpecies, stalk: Blade, rng: np.random.Generator) -> list[Blade]:
    assert species.bloom is not None
    upright = species.bloom.whorls[0].elevation > 1
    share = np.float32(rng.uniform(0.0, 0.12) if upright else rng.uniform(0.55, 1.0))
    aside = vector(rng.normal(0, 0.28), rng.normal(0, 0.2), 0)
    axis = unit(stalk.heading(1.0) * (1 - share) + (unit(VIEWER) + aside) * share)
    tint = (rng.normal(1, 0.03) + rng.normal(0, 0.006, 3)).astype(np.float32)
    size = species.bloom_size * rng.uniform(0.85, 1.1)
    openness = rng.uniform(0.86, 1.0)
    return flower(species.bloom, stalk.at(1.0), axis, size, rng, openness, tint)


def stalked(species: GardenSpecies, rng: np.random.Generator) -> list[Blade]:
    """Leafy stems, each with a flower that faces the light."""
    blades: list[Blade] = []
    for stalk in main_stems(species, rng, 0.016 if species.leaf.width < 0.3 else 0.026):
        blades += [stalk, *stem_leaves(species, stalk, rng), *_crown(species, stalk, rng)]
    return blades


def scape(species: GardenSpecies, rng: np.random.Generator) -> list[Blade]:
    """Leafless stalks from a rosette on the ground."""
    blades = basal_leaves(species, rng)
    for stalk in main_stems(species, rng, 0.017, 0.5):
        blades += [stalk, *_crown(species, stalk, rng)]
    return blades


def bulb(species: GardenSpecies, rng: np.random.Generator) -> list[Blade]:
    """Stalks between a few broad upright leaves."""
    blades: list[Blade] = []
    for stalk in main_stems(species, rng, 0.022, 0.4):
        blades += [stalk, *_crown(species, stalk, rng)]
        start = rng.uniform(0, 2 * np.pi)
        for i in range(species.leaves):
            direction = outward(start + i * 2.2 + rng.normal(0, 0.2), rng.uniform(0.95, 1.3))
            length = species.leaf_length * rng.uniform(0.7, 1.05)
            normal = unit(UP * np.float32(0.3) - direction + vector(0, 0, 0.4))
            blades.append(
                surface_blade(species.leaf, stalk.at(0.03 * i), direction * np.float32(length),
                              normal, rng, droop=rng.uniform(0.1, 0.35), cup=0.4)
            )  # fmt: skip
    return blades
