"""Grouping photographs that must be in the same part."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.settings.split import ALWAYS_LINKED, Link
from engine.split.inputs import SplitInputs
from engine.split.near import near_pairs
from engine.split.numbers import Numbers
from engine.split.pairs import paired_places

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Groups:
    """Photographs joined into groups by the values they share.

    `of_photograph` (n,) is each photograph's group. `anchor` (groups,) identifies a group even
    after photographs are added or removed. `mixed` (groups,) marks groups of several species.
    """

    of_photograph: Places
    anchor: Numbers
    mixed: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.anchor)


def group(inputs: SplitInputs, links: Iterable[Link], near_distance: int) -> Groups:
    """Join photographs that share an address, their bytes or any of `links`, directly or
    transitively."""
    links = {*links, *ALWAYS_LINKED}
    root = np.arange(len(inputs))
    for link in sorted(links):
        for left, right in linked_pairs(inputs, link, near_distance):
            join(root, left, right)
    is_root = root == np.arange(len(root))
    of_photograph = (np.cumsum(is_root) - 1)[root]
    number = int(is_root.sum())
    known_by = inputs.image
    if "observation" in links:
        # So that the group keeps its rank when an observation gets a new photograph.
        known_by = np.where(inputs.observation > 0, inputs.observation, known_by)
    anchor = np.full(number, np.iinfo(np.uint64).max, np.uint64)
    np.minimum.at(anchor, of_photograph, known_by)
    return Groups(of_photograph, anchor, _mixed(inputs.species, of_photograph, number))


def linked_pairs(
    inputs: SplitInputs, link: Link, near_distance: int
) -> Iterator[tuple[Places, Places]]:
    """Pairs of photographs linked by `link`; joining the pairs joins all linked photographs."""
    if link == "near-duplicate":
        seen = np.flatnonzero(inputs.has_phash)
        for left, right in near_pairs(inputs.look[seen], near_distance):
            yield seen[left], seen[right]
        yield paired_places(inputs.content, inputs.pairs)
        return
    keys = inputs.keys(link)
    known = np.flatnonzero(keys)
    order = known[np.argsort(keys[known])]
    same = keys[order[1:]] == keys[order[:-1]]
    yield order[:-1][same], order[1:][same]


def join(root: Places, left: Places, right: Places) -> None:
    """Join pairs in a union-find forest, in place; root[i] becomes the least member of i's set.

    Works on all pairs at once: attaches the greater root of each pair to the smaller, compresses
    every path to one step, and repeats until all pairs are joined.
    """
    while True:
        ends = np.stack([root[left], root[right]])
        apart = ends[0] != ends[1]
        if not apart.any():
            return
        left, right = left[apart], right[apart]
        low, high = ends[:, apart].min(axis=0), ends[:, apart].max(axis=0)
        np.minimum.at(root, high, low)
        while True:
            shorter = root[root]
            if np.array_equal(shorter, root):
                break
            root[:] = shorter


def _mixed(species: NDArray[np.int32], of_photograph: Places, number: int) -> NDArray[np.bool_]:
    least = np.full(number, np.iinfo(np.int32).max, np.int32)
    most = np.full(number, -1, np.int32)
    np.minimum.at(least, of_photograph, species)
    np.maximum.at(most, of_photograph, species)
    several: NDArray[np.bool_] = least != most
    return several
