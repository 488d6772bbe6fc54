"""What a split of the catalogue would be, from what is in it now."""

from dataclasses import dataclass

import streamlit as st

from engine.home import Home
from engine.settings.split import SplitSettings
from engine.split.check import Finding, check_lines
from engine.split.make import CACHED, plan_from_catalogue
from engine.split.plan import PartCount, preview_counts
from studio import place

PLANNED_AT_ONCE = 60_000
"""Up to so many photographs are dealt for a look without being asked; that takes a second."""


@dataclass(frozen=True)
class Planned:
    """How a planned split stands the checks, and the observations that it would tear apart."""

    findings: list[Finding]
    straddling_groups: int


def images_by_species(home: Home) -> list[int]:
    """Photographs of each species whose bytes are here, the most first."""
    return _images_by_species(str(home.root), _stamp(home))


def part_counts(images: list[int], settings: SplitSettings) -> dict[str, PartCount]:
    """The size of each part; quick, for nothing is dealt."""
    return preview_counts(images, settings)


def planned(home: Home, settings: SplitSettings) -> Planned:
    """Deal the photographs and check the outcome, writing nothing.

    Raises:
        BadInput: fewer than two species are left to tell apart.
    """
    return _planned(str(home.root), _stamp(home), settings.seed, settings.min_images)


@st.cache_data(max_entries=8, show_spinner=False)
def _images_by_species(root: str, stamp: tuple[int, ...]) -> list[int]:
    with place.catalogue() as catalogue:
        return [count.images for count in catalogue.species(CACHED)]


@st.cache_data(max_entries=32, show_spinner="Dealing the photographs …")
def _planned(root: str, stamp: tuple[int, ...], seed: int, min_images: int) -> Planned:
    with place.catalogue() as catalogue:
        plan = plan_from_catalogue(catalogue, SplitSettings(seed=seed, min_images=min_images))
    return Planned(check_lines(plan.parts, plan.classes), plan.straddling_groups)


def _stamp(home: Home) -> tuple[int, ...]:
    """Changes whenever the catalogue does."""
    # What was added last may still be in the write-ahead log.
    files = (home.catalogue, home.catalogue.with_name(home.catalogue.name + "-wal"))
    stats = [file.stat() for file in files if file.is_file() and file.stat().st_size]
    return tuple(number for stat in stats for number in (stat.st_mtime_ns, stat.st_size))
