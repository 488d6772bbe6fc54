"""A planned split of the catalogue, cached in memory so that a page responds at once."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from engine.catalogue.store import Filter, SpeciesCount
from engine.embeddings.near_duplicates import near_duplicate_pairs, near_duplicates_stamp
from engine.home import Home
from engine.language.message import gettext
from engine.settings.split import Link, SplitSettings
from engine.split.groups import Groups, group
from engine.split.inputs import SplitInputs, columns_for, split_inputs
from engine.split.make import earlier_of, split_filter
from engine.split.plan import SplitPlan, plan_split
from engine.split.shuffle import ShuffleFaults, shuffle_faults, shuffled
from engine.split.sources import of_sources
from studio import current

State = Literal["cached", "all"]
Known = tuple[SplitInputs, pa.ChunkedArray]
"""The inputs, and the ids of their photographs."""


@dataclass(frozen=True)
class SplitChoice:
    """Which photographs are split: local ones or all known ones, of all sources or only of the
    named ones, all or only those that meet the conditions `where`.
    """

    photographs: State
    sources: tuple[str, ...] = ()
    where: tuple[str, ...] = ()

    @property
    def chosen(self) -> Filter:
        """The filter for these photographs, without the sources."""
        return split_filter(SplitSettings(photographs=self.photographs, where=self.where))


@dataclass(frozen=True)
class Planned:
    """A plan and its faults, which are computed on first use."""

    plan: SplitPlan

    @cached_property
    def faults(self) -> ShuffleFaults:
        """The faults of the plan."""
        return shuffle_faults(self.plan.inputs, self.plan.groups, self.plan.parts)

    @cached_property
    def faults_of_a_shuffle(self) -> ShuffleFaults:
        """The faults of a plain random shuffle of the same photographs."""
        return shuffle_faults(self.plan.inputs, self.plan.groups, shuffled(self.plan))


def species_counts(home: Home, choice: SplitChoice) -> list[SpeciesCount]:
    """The species with their numbers of photographs, in descending order."""
    if not choice.sources:
        return _species_counts(str(home.root), stamp(home), choice)
    inputs = evidence_in(home, choice)
    images = np.bincount(inputs.species, minlength=len(inputs.names))
    most_first = np.argsort(-images, kind="stable")
    return [SpeciesCount(inputs.names[label], int(images[label])) for label in most_first]


def source_counts(home: Home, choice: SplitChoice) -> dict[str, int]:
    """The number of photographs of each source, chosen or not, in descending order."""
    return _source_counts(str(home.root), stamp(home), replace(choice, sources=()))


def planned(home: Home, settings: SplitSettings) -> Planned:
    """Plan a split without writing anything.

    Raises:
        BadInput: fewer than two species remain, the split to carry over does not exist, or a
        source has no photographs.
    """
    unnamed = settings.model_copy(update={"name": "default"})
    with st.spinner(gettext("Planning the split …")):
        return _planned(str(home.root), stamp(home), unnamed, _age(home, settings), home)


def evidence_in(home: Home, choice: SplitChoice) -> SplitInputs:
    """The split inputs of a plan.

    Raises:
        BadInput: a source has no photographs.
    """
    with st.spinner(gettext("Reading the catalogue …")):
        return _chosen(str(home.root), stamp(home), choice)[0]


def image_ids(home: Home, choice: SplitChoice, indices: NDArray[np.int64]) -> list[str]:
    """The ids of the photographs at these indices of the inputs."""
    ids = _chosen(str(home.root), stamp(home), choice)[1]
    return list(map(str, ids.take(indices).to_pylist()))


def images_of(counts: list[SpeciesCount]) -> NDArray[np.int64]:
    """The number of photographs of each species."""
    return np.fromiter((item.images for item in counts), np.int64, len(counts))


def stamp(home: Home) -> tuple[int, ...]:
    """A value that changes whenever the catalogue or the known near-duplicates do."""
    with current.catalogue() as catalogue:
        return (*catalogue.stamp(), near_duplicates_stamp(home))


# Resources, not data: a plan of a large catalogue is not copied at every access. It is never
# modified.


@st.cache_resource(max_entries=4, show_spinner=False)
def _species_counts(root: str, stamp: tuple[int, ...], choice: SplitChoice) -> list[SpeciesCount]:
    with current.catalogue() as catalogue:
        return catalogue.species(choice.chosen)


@st.cache_resource(max_entries=4, show_spinner=False)
def _source_counts(root: str, stamp: tuple[int, ...], choice: SplitChoice) -> dict[str, int]:
    with current.catalogue() as catalogue:
        return catalogue.count_by("source", choice.chosen)


@st.cache_resource(max_entries=1, show_spinner=False)
def _known(root: str, stamp: tuple[int, ...], choice: SplitChoice) -> Known:
    """The photographs of all sources."""
    # All properties that can join photographs are read, so that other options need no new query.
    links: tuple[Link, ...] = ("observer", "bytes", "url", "near-duplicate")
    with current.catalogue() as catalogue:
        table = catalogue.columns(columns_for(links), choice.chosen)
    near = near_duplicate_pairs(Home(Path(root)))
    return split_inputs(table, links, near), table["image_id"]


@st.cache_resource(max_entries=2, show_spinner=False)
def _chosen(root: str, stamp: tuple[int, ...], choice: SplitChoice) -> Known:
    inputs, ids = _known(root, stamp, replace(choice, sources=()))
    if not choice.sources:
        return inputs, ids
    chosen = of_sources(inputs, choice.sources)
    return inputs.only(chosen), ids.filter(pa.array(chosen))


@st.cache_resource(max_entries=6, show_spinner=False)
def _groups(
    root: str,
    stamp: tuple[int, ...],
    choice: SplitChoice,
    links: tuple[Link, ...],
    near_distance: int,
) -> Groups:
    return group(_chosen(root, stamp, choice)[0], links, near_distance)


@st.cache_resource(max_entries=4, show_spinner=False)
def _planned(
    root: str, stamp: tuple[int, ...], settings: SplitSettings, age: float, _home: Home
) -> Planned:
    links = tuple(sorted(settings.group))
    near = settings.near_distance if "near-duplicate" in links else 0
    choice = SplitChoice(settings.photographs, settings.sources, settings.where)
    groups = _groups(root, stamp, choice, links, near)
    inputs, _ = _chosen(root, stamp, choice)
    return Planned(plan_split(inputs, settings, earlier_of(_home, settings), groups))


def _age(home: Home, settings: SplitSettings) -> float:
    """The time when the carried-over split was made; another split may have taken its name."""
    if not settings.earlier:
        return 0.0
    manifest = home.splits / settings.earlier / "manifest.json"
    return manifest.stat().st_mtime if manifest.is_file() else 0.0
