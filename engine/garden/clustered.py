"""Plants with clustered small flowers: umbels, spikes, racemes."""

from functools import lru_cache

import numpy as np

from engine.garden.blade import NOTHING, Blade
from engine.garden.flower import VARIANTS, flower, patch, surface_blade, unit
from engine.garden.lamina import Lamina, lamina
from engine.garden.light import Vector, cross, vector
from engine.garden.rosette import feather
from engine.garden.species import GardenSpecies
from engine.garden.sprite import sprite
from engine.garden.stalked import UP, basal_leaves, main_stems, outward, stem_leaves
from engine.garden.stem import stem


@lru_cache(maxsize=32)
def _floret(species: GardenSpecies, variant: int) -> Lamina:
    assert species.bloom is not None
    rng = np.random.default_rng([variant, 51])
    axis = vector(rng.normal(0, 0.12), rng.normal(0, 0.12), 1)
    return sprite(flower(species.bloom, NOTHING, axis, 1.0, rng), 176, (-1.1, -1.1, 1.1, 1.1))


@lru_cache(maxsize=32)
def _umbellet(species: GardenSpecies, variant: int) -> Lamina:
    rng = np.random.default_rng([variant, 52])
    blades = []
    for i in range(21):
        reach = 0.86 * np.sqrt((i + 0.4) / 21)
        angle = i * 2.4 + rng.normal(0, 0.2)
        centre = vector(np.cos(angle) * reach, np.sin(angle) * reach, 0.3 * (1 - reach))
        axis = vector(centre[0] * 0.5, centre[1] * 0.5, 1)
        tint = vector(1, 1, 1) * np.float32(rng.uniform(0.9, 1.0))
        floret = _floret(species, int(rng.integers(VARIANTS)))
        blades.append(patch(floret, centre, axis, 0.25, rng.uniform(0, 6), 0.3, tint=tint))
    return sprite(blades, 144, (-1.1, -1.1, 1.1, 1.1))


def _tint(rng: np.random.Generator, spread: float = 0.05) -> Vector:
    return np.clip(rng.normal(1, spread) + rng.normal(0, spread / 3, 3), 0.85, 1.12).astype(
        np.float32
    )


def umbel(species: GardenSpecies, rng: np.random.Generator) -> list[Blade]:
    """A head of flowers on pedicels from one point, above a rosette."""
    assert species.bloom is not None
    blades = basal_leaves(species, rng, (0.15, 0.75))
    plant_tint = _tint(rng)
    for stalk in main_stems(species, rng, 0.018, 0.4):
        blades.append(stalk)
        head, heading = stalk.at(1.0), stalk.heading(1.0)
        count = int(rng.integers(8, 13))
        for i in range(count):
            direction = outward(i * 2.4 + rng.normal(0, 0.2), 1.3 - 1.3 * np.sqrt(i / count))
            direction = unit(direction + heading * np.float32(0.35))
            tip = (head + direction * np.float32(0.17 * rng.uniform(0.85, 1.1))).astype(np.float32)
            blades.append(stem(head, tip, NOTHING, 0.006, species.stem, 0.8))
            axis = unit(direction + vector(0, 0.1, 0.75))
            shade = plant_tint * np.float32(rng.normal(1, 0.04))
            picture = _floret(species, int(rng.integers(VARIANTS)))
            size = 1.1 * species.bloom_size * rng.uniform(0.85, 1.05)
            blades.append(patch(picture, tip, axis, size, rng.uniform(0, 6), 0.4, 0.05, shade))
    return blades


def compound_umbel(species: GardenSpecies, rng: np.random.Generator) -> list[Blade]:
    """A wide flat head of small umbels above feathery leaves."""
    blades: list[Blade] = []
    for stalk in main_stems(species, rng, 0.016, 0.5):
        blades.append(stalk)
        head, heading = stalk.at(1.0), unit(stalk.heading(1.0) + vector(0, 0, 0.3))
        count = int(rng.integers(22, 29))
        for i in range(count):
            reach = np.sqrt((i + 0.3) / count)
            direction = outward(i * 2.4, 1.45 - 1.05 * reach)
            direction = unit(direction + heading * np.float32(0.25))
            length = species.bloom_size * (0.62 + 0.38 * reach) * rng.uniform(0.93, 1.05)
            tip = (head + direction * np.float32(length)).astype(np.float32)
            bow = (direction - UP) * np.float32(0.05)
            blades.append(stem(head, tip, bow, 0.005, species.stem, 0.8, 0.12))
            picture = _umbellet(species, int(rng.integers(VARIANTS)))
            axis = unit(direction * np.float32(0.7) + UP * np.float32(0.5) + vector(0, 0, 0.35))
            size = 0.088 * rng.uniform(0.85, 1.15)
            blades.append(patch(picture, tip, axis, size, rng.uniform(0, 6), 0.35, 0.02,
                                _tint(rng, 0.02)))  # fmt: skip
        start = rng.uniform(0, 6)
        for i in range(species.leaves):
            direction = outward(start + i * 2.6, rng.uniform(0.3, 0.8))
            blades.append(
                feather(species, direction, stalk.at(0.04 + 0.14 * i),
                        species.leaf_length * rng.uniform(0.8, 1.15), rng)
            )  # fmt: skip
    return blades


@lru_cache(maxsize=32)
def _spike(species: GardenSpecies, variant: int) -> Lamina:
    """A whole spike of florets in rings, smaller towards the tip."""
    assert species.bloom is not None
    rng = np.random.default_rng([variant, 53])
    calyx = (0.46, 0.40, 0.60)
    blades = [stem(vector(0, 0, 0), vector(0, 1, 0), NOTHING, 0.012, species.stem)]
    rings = int(rng.integers(8, 11))
    for ring in range(rings):
        u = 0.05 + 0.92 * ring / rings + (0.0 if ring else -0.03)
        size = 0.125 * (1.05 - 0.5 * u) * rng.uniform(0.9, 1.1)
        for i in range(9):
            direction = outward(i * 0.7 + ring + rng.normal(0, 0.15), rng.uniform(0.3, 0.8))
            centre = (vector(0, u, 0) + direction * np.float32(size * 0.9)).astype(np.float32)
            blades.append(stem(vector(0, u - 0.02, 0), centre, NOTHING, size * 0.2, calyx, 1.3))
            if rng.random() < 0.8:
                picture = _floret(species, int(rng.integers(VARIANTS)))
                axis = unit(direction + vector(0, 0.1, 0.4))
                blades.append(patch(picture, centre, axis, size * 0.8, rng.uniform(0, 6), 0.4,
                                    0.01, _tint(rng, 0.07)))  # fmt: skip
    return sprite(blades, 420, (-0.2, -0.06, 0.2, 1.12))


def spike(species: GardenSpecies, rng: np.random.Generator) -> list[Blade]:
    """Many slender stems with a spike of florets each."""
    blades: list[Blade] = []
    for stalk in main_stems(species, rng, 0.009, 0.55):
        length = np.float32(species.height * rng.uniform(0.34, 0.46))
        foot = stalk.at(0.66)
        up = unit(stalk.heading(0.8) + vector(rng.normal(0, 0.06), 0, 0))
        across = unit(cross(up, vector(0, 0, 1)))
        head = Blade(
            _spike(species, int(rng.integers(VARIANTS))), foot, up * length,
            across * length * np.float32(0.2 / 1.12),
            bend=vector(rng.normal(0, 0.05), 0, 0) * length, cup=vector(0, 0, -0.03),
            tint=_tint(rng), shadow=0.5,
        )  # fmt: skip
        blades += [stem(stalk.origin, foot, -stalk.bend * np.float32(0.5), 0.009, species.stem),
                   head]  # fmt: skip
        blades += stem_leaves(species, stalk, rng, 0.42)
    return blades


def raceme(species: GardenSpecies, rng: np.random.Generator) -> list[Blade]:
    """Nodding bells on alternating sides of a stem."""
    assert species.bloom is not None
    blades: list[Blade] = []
    for stalk in main_stems(species, rng, 0.016, 0.3):
        blades += [stalk, *stem_leaves(species, stalk, rng, 0.45)]
        tint = _tint(rng)
        count = int(rng.integers(9, 14))
        for i in range(count):
            u = 0.42 + 0.58 * i / (count - 1)
            size = np.float32(species.bloom_size * (1.33 - 0.55 * u) * rng.uniform(0.85, 1.1))
            direction = outward(i * 2.5 + rng.normal(0, 0.2), 0.3)
            neck = (stalk.at(u) + direction * size * np.float32(0.55)).astype(np.float32)
            blades.append(stem(stalk.at(u), neck, UP * size * np.float32(0.5), 0.007, species.stem))
            down = unit(vector(direction[0] * 0.6, -1, direction[2] * 0.3)) * size
            side = unit(cross(down, vector(0, 0, 1))) * size
            blades.append(
                Blade(_bell(species, int(rng.integers(VARIANTS))), neck, down,
                      side * np.float32(0.66), cup=vector(0, 0, -0.16) * size, tint=tint,
                      shadow=0.34, rank=0.02)
            )  # fmt: skip
    return blades


@lru_cache(maxsize=16)
def _bell(species: GardenSpecies, variant: int) -> Lamina:
    """A bell: two dark lobes on the far side, three on the near side, sepals on top."""
    assert species.bloom is not None
    rng = np.random.default_rng([variant, 56])
    surface = species.bloom.whorls[0].surface
    parts = [(-0.5, 0.34, 0.72, -0.02), (0.5, 0.34, 0.72, -0.02), (-0.26, 0.44, 1.0, 0.0),
             (0.26, 0.44, 1.0, 0.0), (0.0, 0.5, 1.06, 0.02)]  # fmt: skip
    blades = []
    for lean, half, tone, rank in parts:
        picture = lamina(surface, int(rng.integers(VARIANTS)))
        along = vector(lean * 0.35, 1 - 0.12 * abs(lean) + rng.normal(0, 0.02), 0)
        blades.append(
            Blade(picture, NOTHING, along, vector(half * 0.7, 0, 0),
                  bend=vector(lean * 0.5, 0, 0), cup=vector(lean * 0.6 * half, 0, -0.5 * half),
                  tint=vector(tone, tone, tone), shadow=0.34, rank=rank)
        )  # fmt: skip
    for turn in (-0.6, 0.0, 0.6):
        sepal = vector(turn * 0.34, 0.34, 0)
        blades.append(surface_blade(species.leaf, NOTHING, sepal, vector(0, 0, 1), rng, 0.0, 0.3,
                                    0.2, 0.04))  # fmt: skip
    return sprite(blades, 224, (-0.66, 0.0, 0.66, 1.02))
