"""Photographs that a split leaves out, and the reasons."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from engine.language.message import ngettext
from engine.split.inputs import SplitInputs
from engine.split.numbers import Numbers


class Why(IntEnum):
    """Why a photograph is in no part; 0 if it is in one."""

    TOO_FEW = 1
    TOO_MANY = 2
    LIKE_FIXED_TEST = 3
    UNTRAINED = 4


def left_out_text(why: Why, images: int) -> str:
    """A phrase for the user: how many photographs are left out, and why."""
    match why:
        case Why.TOO_FEW:
            return ngettext(
                "{n} photograph of a species below the minimum",
                "{n} photographs of species below the minimum",
                images,
            )
        case Why.TOO_MANY:
            return ngettext(
                "{n} photograph above the maximum of its species",
                "{n} photographs above the maximum of their species",
                images,
            )
        case Why.LIKE_FIXED_TEST:
            return ngettext(
                "{n} photograph grouped with a photograph of the fixed test part",
                "{n} photographs grouped with photographs of the fixed test part",
                images,
            )
        case Why.UNTRAINED:
            return ngettext(
                "{n} photograph of a species that has none to train on",
                "{n} photographs of species that have none to train on",
                images,
            )


def too_few(inputs: SplitInputs, least: int) -> NDArray[np.bool_]:
    """Mask (n,) of photographs whose species has fewer than `least`."""
    images = np.bincount(inputs.species, minlength=len(inputs.names))
    return images[inputs.species] < least


def beyond_most(
    inputs: SplitInputs,
    most: int,
    order: tuple[Numbers, Numbers],
    there: NDArray[np.bool_],
    fixed: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Mask (n,) of photographs beyond the first `most` of their species.

    The `fixed` photographs come first, then the others by `order`: by group, then photograph.
    """
    images = np.bincount(inputs.species[there], minlength=len(inputs.names))
    large = np.flatnonzero(there & (images > most)[inputs.species])
    by_group, by_image = order
    keys = (by_image[large], by_group[large], ~fixed[large], inputs.species[large])
    large = large[np.lexsort(keys)]
    species = inputs.species[large]
    index = np.arange(len(large)) - np.searchsorted(species, species)
    beyond = np.zeros(len(inputs), bool)
    beyond[large[index >= most]] = True
    return beyond
