"""The photographs that a bar of the split's charts represents."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.language.message import gettext, ngettext
from engine.split.folder import PARTS, part_name
from engine.split.inputs import SplitInputs
from engine.split.plan import SplitPlan
from engine.split.rarity import BUCKETS, RarityBucket
from studio.charts.species import bin_of


@dataclass(frozen=True)
class Bar:
    """The description of a bar, and the input indices of its photographs, by species."""

    title: str
    indices: NDArray[np.int64]


def of_bin(inputs: SplitInputs, place: int) -> Bar:
    """A bar of the histogram."""
    return _of_sizes(inputs, RarityBucket(*bin_of(place)))


def of_bucket(inputs: SplitInputs, place: int) -> Bar:
    """One of `BUCKETS`."""
    return _of_sizes(inputs, BUCKETS[place])


def of_species(inputs: SplitInputs, name: str) -> Bar:
    """A point of the rank curve; empty if the species is unknown."""
    label = inputs.names.index(name) if name in inputs.names else -1
    return Bar(name, np.flatnonzero(inputs.species == label))


def of_part(plan: SplitPlan, part: int) -> Bar:
    """One of `PARTS`."""
    title = gettext("Photographs in {part}", part=part_name(PARTS[part]))
    return Bar(title, _by_species(plan.inputs, plan.parts == part))


def of_bucket_and_part(plan: SplitPlan, place: int, part: int) -> Bar:
    """The photographs in a part of the species in one of `BUCKETS`, counted over all parts."""
    bucket = BUCKETS[place]
    species = bucket.holds(plan.images.sum(axis=1))
    chosen = species[plan.inputs.species] & (plan.parts == part)
    title = ngettext(
        "Photographs in {part} of species with {range} photograph",
        "Photographs in {part} of species with {range} photographs",
        _plural_of(bucket),
        part=part_name(PARTS[part]),
        range=bucket.name,
    )
    return Bar(title, _by_species(plan.inputs, chosen))


def _of_sizes(inputs: SplitInputs, bucket: RarityBucket) -> Bar:
    images = np.bincount(inputs.species, minlength=len(inputs.names))
    title = ngettext(
        "Species with {range} photograph",
        "Species with {range} photographs",
        _plural_of(bucket),
        range=bucket.name,
    )
    return Bar(title, _by_species(inputs, bucket.holds(images)[inputs.species]))


def _plural_of(bucket: RarityBucket) -> int:
    return bucket.most or bucket.least


def _by_species(inputs: SplitInputs, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    indices = np.flatnonzero(chosen)
    return indices[np.argsort(inputs.species[indices], kind="stable")]
