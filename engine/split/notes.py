"""The notes of a split: species that are not evaluated, and doubtful groups, by name."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.language.message import deferred, gettext
from engine.split.assign import NOWHERE, TEST, TRAIN, VAL
from engine.split.folder import PARTS
from engine.split.left_out import Why
from engine.split.plan import SplitPlan


class Reason(StrEnum):
    """Why a trained species has no photograph in val or in test.

    notes.json holds the values.
    """

    ONE_IMAGE = "one_image"
    TWO_IMAGES = "two_images"
    ONE_GROUP = "one_group"
    TWO_GROUPS = "two_groups"
    TWO_LABELS = "two_labels"
    NOT_ASKED = "not_asked"
    OTHER_FOLD = "other_fold"


_REASONS = {
    Reason.ONE_IMAGE: deferred("it has one photograph"),
    Reason.TWO_IMAGES: deferred("it has two photographs"),
    Reason.ONE_GROUP: deferred("all its photographs form one group"),
    Reason.TWO_GROUPS: deferred("its photographs form two groups"),
    Reason.TWO_LABELS: deferred("its photographs are in groups with several species"),
    Reason.NOT_ASKED: deferred("the split has no test part of its own"),
    Reason.OTHER_FOLD: deferred("its validation photographs are in other folds"),
}


def reason_text(reason: Reason) -> str:
    """The reason in the reader's language."""
    return gettext(_REASONS[reason])


@dataclass(frozen=True)
class Absence:
    """A trained species without photographs in a part."""

    species: str
    images: int
    part: str
    reason: Reason


@dataclass(frozen=True)
class Doubt:
    """A group whose photographs have several labels; the whole group is in train."""

    species: tuple[str, ...]
    indices: NDArray[np.int64]


def absences(plan: SplitPlan) -> list[Absence]:
    """Species without photographs in val or test, by part, most photographs first."""
    images = plan.images
    total = images.sum(axis=1)
    groups = _groups_of_each_species(plan)
    found = []
    for code, part in ((VAL, "val"), (TEST, "test")):
        without = np.flatnonzero((images[:, TRAIN] > 0) & (images[:, code] == 0))
        for species in without[np.argsort(-total[without], kind="stable")]:
            reason = _reason(plan, code, int(total[species]), *groups[:, species])
            name = plan.inputs.names[species]
            found.append(Absence(name, int(total[species]), part, reason))
    return found


def doubts(plan: SplitPlan) -> list[Doubt]:
    """The groups with several labels that have photographs in a part."""
    dealt = np.flatnonzero(plan.groups.mixed[plan.groups.of_photograph] & (plan.parts != NOWHERE))
    of_group = plan.groups.of_photograph[dealt]
    order = np.argsort(of_group, kind="stable")
    starts = np.flatnonzero(np.diff(of_group[order], prepend=-1))
    found = []
    for indices in np.split(dealt[order], starts[1:]) if dealt.size else []:
        labels = np.unique(plan.inputs.species[indices])
        found.append(Doubt(tuple(plan.inputs.names[label] for label in labels), indices))
    return found


def unassigned_counts(plan: SplitPlan) -> dict[Why, int]:
    """The number of photographs in no part, by reason."""
    counts = np.bincount(plan.why, minlength=max(Why) + 1)
    return {why: int(counts[why]) for why in Why if counts[why]}


def left_out_by_key(plan: SplitPlan) -> dict[str, int]:
    """The number of photographs in no part, by the reason's key in files."""
    return {why.name.lower(): images for why, images in unassigned_counts(plan).items()}


def notes_of(plan: SplitPlan, image_ids: list[str]) -> dict[str, Any]:
    """The content of notes.json; `image_ids` (n,) are the ids of the photographs."""
    by_reason: dict[str, dict[str, list[str]]] = {"val": {}, "test": {}}
    for absence in absences(plan):
        by_reason[absence.part].setdefault(absence.reason, []).append(absence.species)
    return {
        "without": by_reason,
        "left_out": left_out_by_key(plan),
        "groups_with_several_labels": sorted(
            (
                {
                    "species": doubt.species,
                    "image_ids": sorted(image_ids[index] for index in doubt.indices),
                }
                for doubt in doubts(plan)
            ),
            key=lambda group: group["image_ids"],
        ),
        "moved": sorted(
            (image_ids[index], PARTS[plan.prior[index]], PARTS[plan.parts[index]])
            for index in plan.moved
        ),
    }


def _groups_of_each_species(plan: SplitPlan) -> NDArray[np.int64]:
    """Groups of each species with photographs in a part (2, species): all, and one-label ones."""
    names = len(plan.inputs.names)
    dealt = plan.parts != NOWHERE
    species, of_group = plan.inputs.species[dealt], plan.groups.of_photograph[dealt]
    # In a group of one species, any photograph gives the label.
    label = np.full(len(plan.groups), -1, np.int64)
    label[of_group] = species
    single = np.bincount(label[(label >= 0) & ~plan.groups.mixed], minlength=names)
    doubtful = plan.groups.mixed[of_group]
    cells = np.unique(of_group[doubtful] * names + species[doubtful])
    return np.stack([single + np.bincount(cells % names, minlength=names), single])


def _reason(plan: SplitPlan, part: int, images: int, groups: int, single: int) -> Reason:
    if images == 1:
        return Reason.ONE_IMAGE
    if part == TEST and images == 2:
        return Reason.TWO_IMAGES
    if groups == 1:
        return Reason.ONE_GROUP
    if part == TEST and (plan.has_foreign_test or not plan.settings.test_percent):
        return Reason.NOT_ASKED
    if single < groups and single < 2 + (part == TEST):
        return Reason.TWO_LABELS
    if part == TEST and groups == 2:
        return Reason.TWO_GROUPS
    return Reason.OTHER_FOLD if plan.settings.folds else Reason.TWO_GROUPS
