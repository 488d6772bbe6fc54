"""Which photographs stand behind a bar of the split's charts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.split.evidence import Evidence
from engine.split.folder import PARTS
from engine.split.plan import SplitPlan
from engine.split.spread import BUCKETS, Bucket
from studio.charts.species import bin_of


@dataclass(frozen=True)
class Bar:
    """A bar in words, and the places of its photographs in the evidence, by species."""

    title: str
    places: NDArray[np.int64]


def of_bin(evidence: Evidence, place: int) -> Bar:
    """A bar of the histogram."""
    return _of_sizes(evidence, Bucket(*bin_of(place)))


def of_bucket(evidence: Evidence, place: int) -> Bar:
    """One of `BUCKETS`."""
    return _of_sizes(evidence, BUCKETS[place])


def of_species(evidence: Evidence, name: str) -> Bar:
    """A point of the rank curve; empty where the species is not known."""
    label = evidence.names.index(name) if name in evidence.names else -1
    return Bar(name, np.flatnonzero(evidence.species == label))


def of_part(plan: SplitPlan, part: int) -> Bar:
    """One of `PARTS`."""
    return Bar(f"The {PARTS[part]} part", _by_species(plan.evidence, plan.parts == part))


def of_bucket_and_part(plan: SplitPlan, place: int, part: int) -> Bar:
    """What a part has of the species in one of `BUCKETS`, by the photographs that are dealt."""
    bucket = BUCKETS[place]
    species = bucket.holds(plan.images.sum(axis=1))
    chosen = species[plan.evidence.species] & (plan.parts == part)
    return Bar(f"The {PARTS[part]} part of {_words(bucket)}", _by_species(plan.evidence, chosen))


def _of_sizes(evidence: Evidence, bucket: Bucket) -> Bar:
    images = np.bincount(evidence.species, minlength=len(evidence.names))
    return Bar(
        _words(bucket).capitalize(), _by_species(evidence, bucket.holds(images)[evidence.species])
    )


def _words(bucket: Bucket) -> str:
    return f"species with {bucket.name} {'photograph' if bucket.most == 1 else 'photographs'}"


def _by_species(evidence: Evidence, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    places = np.flatnonzero(chosen)
    return places[np.argsort(evidence.species[places], kind="stable")]
