"""The rule by which each species' photographs are dealt to the three parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.split.folder import PARTS


@dataclass(frozen=True)
class Shares:
    """How many photographs of one species go to each part."""

    train: int
    val: int
    test: int


def shares_of(images: int) -> Shares:
    """One photograph: train. Two: one train, one val. More: a tenth each to val and test.

    A tenth is rounded, and never less than one; train gets the rest, which is at least one.
    """
    if images <= 1:
        return Shares(images, 0, 0)
    if images == 2:
        return Shares(1, 1, 0)
    tenth = max(1, round(images / 10))
    return Shares(images - 2 * tenth, tenth, tenth)


def deal(images_by_species: Mapping[str, Sequence[str]], seed: int) -> dict[str, list[str]]:
    """Deal image ids to parts, species by species.

    The order within a species depends on the seed and on that species' own photographs only,
    so that another species' coming or going moves nothing.

    Returns:
        part -> image ids, by species.
    """
    parts: dict[str, list[str]] = {part: [] for part in PARTS}
    for species in sorted(images_by_species):
        shuffled = _shuffled(images_by_species[species], species, seed)
        shares = shares_of(len(shuffled))
        held_out = shares.val + shares.test
        parts["val"] += shuffled[: shares.val]
        parts["test"] += shuffled[shares.val : held_out]
        parts["train"] += shuffled[held_out:]
    return parts


def _shuffled(image_ids: Sequence[str], species: str, seed: int) -> list[str]:
    ordered = sorted(image_ids)
    source = np.random.default_rng([seed, *species.encode()])
    return [ordered[index] for index in source.permutation(len(ordered))]
