"""A split before it is written: the part of each photograph, or why it is left out."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput
from engine.language.message import plural_message
from engine.records import Count
from engine.settings.split import SplitSettings
from engine.split.assign import (
    NOWHERE,
    TEST,
    TRAIN,
    VAL,
    AssignmentGroups,
    Codes,
    assign_folds,
    assign_parts,
)
from engine.split.classes import ClassMap
from engine.split.earlier import Earlier
from engine.split.folder import PARTS
from engine.split.groups import Groups, group
from engine.split.inputs import TIERS, SplitInputs
from engine.split.left_out import Why, beyond_most, too_few
from engine.split.numbers import Numbers, seeded, shuffled_numbers
from engine.split.rule import Counts, Shares, shares_of


@dataclass(frozen=True)
class PartCount:
    """The size of one part."""

    images: Count
    species: Count


@dataclass(frozen=True)
class SplitPlan:
    """The part of every photograph of the inputs.

    `parts` (n,) holds 0, 1, 2 for train, val, test, and -1 for photographs left out; `why` (n,)
    is the reason. `prior` (n,) is the part in the split that was carried over.
    """

    settings: SplitSettings
    inputs: SplitInputs
    groups: Groups
    parts: Codes
    why: NDArray[np.int8]
    prior: Codes
    fold: int = 0

    @cached_property
    def images(self) -> Counts:
        """The number of photographs of each species in each part (species, 3)."""
        dealt = self.parts != NOWHERE
        cells = self.inputs.species[dealt].astype(np.int64) * 3 + self.parts[dealt]
        found = np.bincount(cells, minlength=3 * len(self.inputs.names))
        return found.reshape(-1, 3).astype(np.int64)

    @cached_property
    def classes(self) -> ClassMap:
        """The species that are trained."""
        trained = np.flatnonzero(self.images[:, TRAIN])
        return ClassMap(tuple(self.inputs.names[species] for species in trained))

    @property
    def labels(self) -> Counts:
        """The index of each species (species,) in the class map; valid for trained species only."""
        return np.cumsum(self.images[:, TRAIN] > 0) - 1

    @cached_property
    def counts(self) -> dict[str, PartCount]:
        return {
            part: PartCount(int(self.images[:, code].sum()), int((self.images[:, code] > 0).sum()))
            for code, part in enumerate(PARTS)
        }

    @property
    def tiers(self) -> dict[str, int]:
        """The number of photographs in a part by licence tier; empty if no licences were read."""
        dealt = self.inputs.tier[self.parts != NOWHERE]
        counts = np.bincount(dealt[dealt >= 0], minlength=len(TIERS))
        return {tier: int(many) for tier, many in zip(TIERS, counts, strict=True) if many}

    @property
    def left_out_species(self) -> int:
        """The number of species with photographs, none of which is in a part."""
        offered = np.bincount(self.inputs.species, minlength=len(self.inputs.names)) > 0
        return int((offered & (self.images.sum(axis=1) == 0)).sum())

    @cached_property
    def straddling_groups(self) -> int:
        """The number of groups in several parts, plus observations if they are not a link."""
        count_across_parts = straddling(self.groups, self.parts)
        if "observation" not in self.settings.group:
            count_across_parts += straddling(group(self.inputs, ["observation"], 0), self.parts)
        return count_across_parts

    @property
    def has_foreign_test(self) -> bool:
        """Whether the test part is taken unchanged from an earlier split."""
        return _keeps_test(self.settings)

    @property
    def moved(self) -> NDArray[np.int64]:
        """Indices of photographs whose part differs from the split that was carried over."""
        there = (self.prior != NOWHERE) & (self.parts != NOWHERE)
        return np.flatnonzero(there & (self.prior != self.parts))


def straddling(groups: Groups, parts: Codes) -> int:
    """The number of groups with photographs in more than one part."""
    dealt = parts != NOWHERE
    cells = groups.of_photograph[dealt] * 3 + parts[dealt]
    there = np.bincount(cells, minlength=3 * len(groups)).reshape(-1, 3) > 0
    return int((there.sum(axis=1) > 1).sum())


def plan_split(
    inputs: SplitInputs,
    settings: SplitSettings,
    earlier: Earlier | None = None,
    groups: Groups | None = None,
    fold: int = 0,
) -> SplitPlan:
    """Assign photographs to train, val and test.

    The order in which the groups of a species are held out depends only on the seed and the
    groups. Added or removed photographs therefore move no other group, unless the shares change.
    `groups`, if given, must match the settings. `fold` counts from 0.

    Raises:
        BadInput: fewer than two species are left.
    """
    groups = groups or group(inputs, settings.group, settings.near_distance)
    rank = seeded(groups.anchor, settings.seed)
    prior = _prior(inputs, earlier)
    fixed = (prior == TEST) & _keeps_test(settings)
    why = np.zeros(len(inputs), np.int8)
    why[too_few(inputs, settings.min_images)] = Why.TOO_FEW
    if settings.max_images is not None:
        order = rank[groups.of_photograph], seeded(inputs.image, settings.seed)
        why[beyond_most(inputs, settings.max_images, order, why == 0, fixed)] = Why.TOO_MANY
    held = np.bincount(groups.of_photograph, fixed & (why == 0), len(groups)) > 0
    why[held[groups.of_photograph] & ~fixed & (why == 0)] = Why.LIKE_FIXED_TEST
    free_to_go = (why == 0) & ~fixed
    parts = np.full(len(inputs), NOWHERE, np.int8)
    parts[fixed & (why == 0)] = TEST
    parts[free_to_go] = _assign(inputs, settings, groups, rank, prior, free_to_go, fold)
    trained = np.bincount(inputs.species[parts == TRAIN], minlength=len(inputs.names)) > 0
    why[~trained[inputs.species] & (parts != NOWHERE)] = Why.UNTRAINED
    parts[why != 0] = NOWHERE
    _require_two(int(trained.sum()), settings)
    return SplitPlan(settings, inputs, groups, parts, why, prior, fold)


def _prior(inputs: SplitInputs, earlier: Earlier | None) -> Codes:
    if earlier is None:
        return np.full(len(inputs), NOWHERE, np.int8)
    return earlier.prior(inputs.image)


def _assign(
    inputs: SplitInputs,
    settings: SplitSettings,
    groups: Groups,
    rank: Numbers,
    prior: Codes,
    dealt: NDArray[np.bool_],
    fold: int,
) -> Codes:
    """The part of each photograph in `dealt`; groups with several labels go to train."""
    species, of_group = inputs.species[dealt], groups.of_photograph[dealt]
    size = np.bincount(of_group, minlength=len(groups))
    unit = np.flatnonzero((size > 0) & ~groups.mixed)
    units = AssignmentGroups(
        _of_group(species, of_group, len(groups))[unit],
        size[unit].astype(np.int64),
        rank[unit],
        _of_group(prior[dealt], of_group, len(groups))[unit],
    )
    names = len(inputs.names)
    images = np.bincount(species, minlength=names)
    labelled_twice = np.bincount(species[groups.mixed[of_group]], minlength=names) > 0
    # A group with several labels stays in train, so all other groups of its species may leave.
    slack = np.maximum(np.bincount(units.species, minlength=names) - ~labelled_twice, 0)
    shares = shares_of(images, settings)
    if _keeps_test(settings):
        shares = Shares(shares.val, shares.test * 0)
    found = np.zeros(len(groups), np.int8)
    if settings.folds:
        found[unit] = _fold_parts(units, shares, slack, settings, fold)
    else:
        found[unit] = assign_parts(units, shares, slack)
    return found[of_group]


def _keeps_test(settings: SplitSettings) -> bool:
    return settings.earlier is not None and settings.carry == "test"


def _fold_parts(
    units: AssignmentGroups, shares: Shares, slack: Counts, settings: SplitSettings, fold: int
) -> Codes:
    parts = assign_parts(units, Shares(shares.val * 0, shares.test), np.where(slack >= 2, slack, 0))
    free = parts == TRAIN
    several = np.bincount(units.species[free], minlength=len(slack)) > (slack == 0)
    turn = seeded(shuffled_numbers(np.arange(len(slack), dtype=np.uint64)), settings.seed)
    in_fold = assign_folds(units, free & several[units.species], settings.folds, turn)
    return np.where(in_fold == fold, np.int8(VAL), parts)


def _of_group(values: NDArray[Any], of_group: NDArray[np.int64], count: int) -> NDArray[Any]:
    """The least value among the photographs of each group, ignoring NOWHERE."""
    none = np.iinfo(values.dtype).max
    least = np.full(count, none, values.dtype)
    known = values != NOWHERE
    np.minimum.at(least, of_group[known], values[known])
    least[least == none] = NOWHERE
    return least


def _require_two(species: int, settings: SplitSettings) -> None:
    if species < 2:
        raise BadInput(
            plural_message(
                "A split needs at least two species with {least} or more photographs. There is "
                "{n}. Add photographs or lower the minimum.",
                "A split needs at least two species with {least} or more photographs. There are "
                "{n}. Add photographs or lower the minimum.",
                species,
                least=settings.min_images,
            )
        )
