"""The existing splits, from their manifests."""

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from engine.home import Home
from engine.language.message import gettext
from engine.records import Count, Moment, Name, Text, read_record_or
from engine.split.folder import split_folder, split_names
from engine.split.plan import PartCount


@dataclass(frozen=True)
class Made:
    """A split on disk; `made` is in Unix seconds. `problem` says why it cannot be read."""

    name: str
    seed: int = 0
    min_images: int = 1
    made: float = 0.0
    counts: tuple[tuple[str, PartCount], ...] = ()
    straddling_groups: int = 0
    group: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    tiers: tuple[tuple[str, int], ...] = ()
    problem: str = ""

    @property
    def species(self) -> int:
        return max((count.species for _, count in self.counts), default=0)


@dataclass(frozen=True)
class _Parts:
    train: PartCount
    val: PartCount
    test: PartCount


@dataclass(frozen=True)
class _Manifest:
    """The parts of a split's manifest.json that pages show."""

    seed: Annotated[int, Field(ge=-(2**63), le=2**63)]
    min_images: Count
    made: Moment
    parts: _Parts
    straddling_groups: Count
    group: tuple[Name, ...] = ()
    sources: tuple[Text, ...] = ()
    where: tuple[Text, ...] = ()
    tiers: dict[str, Count] = field(default_factory=dict)


def splits_made(home: Home) -> list[Made]:
    """All splits, newest first; a damaged one has a problem."""
    return [read_made(home, name) for name in split_names(home)]


def read_made(home: Home, name: str) -> Made:
    """One split; `problem` is set if its manifest is damaged."""
    manifest = split_folder(home, name).manifest
    found = read_record_or(_Manifest, manifest, None)
    if found is None:
        damaged = gettext(
            "{file} is missing or damaged, so the split cannot be used. Make it again.",
            file=manifest,
        )
        return Made(name, problem=damaged)
    return Made(
        name,
        found.seed,
        found.min_images,
        found.made,
        tuple(vars(found.parts).items()),
        found.straddling_groups,
        found.group,
        found.sources,
        found.where,
        tuple(found.tiers.items()),
    )


def free_name(home: Home) -> str:
    """An unused split name: default, default-2, …"""
    taken = {path.name for path in home.splits.glob("*")}
    names = ("default", *(f"default-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
