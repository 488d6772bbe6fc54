"""A split before it is written: who goes where, and what that means."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from engine.catalogue.record import Photograph
from engine.errors import BadInput
from engine.settings.split import SplitSettings
from engine.split.classes import ClassMap
from engine.split.folder import PARTS, SplitLine
from engine.split.rule import deal, shares_of


@dataclass(frozen=True)
class PartCount:
    """The size of one part."""

    images: int
    species: int


@dataclass(frozen=True)
class SplitPlan:
    """The lines of the three parts and the class map they share."""

    settings: SplitSettings
    classes: ClassMap
    parts: dict[str, list[SplitLine]]
    left_out_species: int

    @cached_property
    def counts(self) -> dict[str, PartCount]:
        return {
            part: PartCount(len(lines), len({line.species for line in lines}))
            for part, lines in self.parts.items()
        }

    @cached_property
    def straddling_groups(self) -> int:
        """Observations with photographs in more than one part."""
        places: dict[tuple[str, str], set[str]] = defaultdict(set)
        for part, lines in self.parts.items():
            for line in lines:
                if line.observation_id:
                    places[line.source, line.observation_id].add(part)
        return sum(len(parts) > 1 for parts in places.values())


def preview_counts(
    images_by_species: Iterable[int], settings: SplitSettings
) -> dict[str, PartCount]:
    """What `plan_split` would give, from the number of photographs of each species alone."""
    shares = [shares_of(images) for images in images_by_species if images >= settings.min_images]
    return {
        part: PartCount(
            sum(getattr(share, part) for share in shares),
            sum(getattr(share, part) > 0 for share in shares),
        )
        for part in PARTS
    }


def plan_split(photographs: Iterable[Photograph], settings: SplitSettings) -> SplitPlan:
    """Deal photographs to train, val and test.

    Raises:
        BadInput: fewer than two species are left to tell apart.
    """
    known: dict[str, Photograph] = {}
    by_species: dict[str, list[str]] = defaultdict(list)
    for photograph in photographs:
        known[photograph.image_id] = photograph
        by_species[photograph.species].append(photograph.image_id)
    kept = {name: ids for name, ids in by_species.items() if len(ids) >= settings.min_images}
    if len(kept) < 2:
        raise BadInput(
            f"A split needs at least two species with {settings.min_images:,} or more "
            f"photographs; there {'is 1' if len(kept) == 1 else 'are none'}."
        )
    classes = ClassMap(tuple(sorted(kept)))
    parts = {
        part: [_line(known[image_id], classes) for image_id in ids]
        for part, ids in deal(kept, settings.seed).items()
    }
    return SplitPlan(settings, classes, parts, len(by_species) - len(kept))


def _line(photograph: Photograph, classes: ClassMap) -> SplitLine:
    return SplitLine(
        image_id=photograph.image_id,
        path=photograph.path,
        url=photograph.url,
        species=photograph.species,
        label=classes.labels[photograph.species],
        source=photograph.source,
        observation_id=photograph.observation_id,
        sha256=photograph.sha256,
    )
