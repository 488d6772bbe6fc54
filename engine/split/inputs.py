"""The inputs of a split as numbers: a few bytes per photograph, whatever the text length."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from engine.catalogue.licences import TIER_NAMES, Tier, tier_of
from engine.embeddings.near_duplicates import NearDuplicates
from engine.settings.split import ALWAYS_LINKED, Link
from engine.split.addresses import address_numbers
from engine.split.numbers import Numbers, from_hex, numbered, shuffled_numbers
from engine.split.pairs import numbered_pairs

ALWAYS = ("image_id", "species", "source", "observation_id", "license")
_COLUMNS: dict[Link, tuple[str, ...]] = {
    "observation": (),
    "observer": ("observer",),
    "bytes": ("sha256",),
    "url": ("url",),
    "near-duplicate": ("phash", "sha256"),
}


_OTHERS = (
    "source",
    "image",
    "observation",
    "observer",
    "content",
    "url",
    "look",
    "has_phash",
    "tier",
)
TIERS: tuple[Tier, ...] = tuple(TIER_NAMES)
"""The licence tiers in the order of their codes."""


@dataclass(frozen=True)
class SplitInputs:
    """One entry per photograph, in the order of the input table.

    `species` (n,) indexes `names`, which are sorted, and `source` (n,) indexes `sources`. The
    other columns are hashes of the texts, 0 for an empty text. `look` is the perceptual hash,
    valid where `has_look` is true. `pairs` (pairs, 2) are contents that are near-duplicates by
    their features. `tier` indexes `TIERS`, -1 where the table has no licences.
    """

    names: tuple[str, ...]
    species: NDArray[np.int32]
    sources: tuple[str, ...]
    source: NDArray[np.int32]
    image: Numbers
    observation: Numbers
    observer: Numbers
    content: Numbers
    url: Numbers
    look: Numbers
    has_phash: NDArray[np.bool_]
    pairs: Numbers
    tier: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.species)

    def keys(self, link: Link) -> Numbers:
        """The column of a link by equal text (not near-duplicate); 0 joins nothing."""
        if link == "observer":
            # Per species, because one person photographs many species, each on few occasions.
            own = shuffled_numbers(self.observer ^ shuffled_numbers(self.species.astype(np.uint64)))
            return np.where(self.observer > 0, own, np.uint64(0))
        columns = {"observation": self.observation, "bytes": self.content, "url": self.url}
        return columns[link]

    def only(self, chosen: NDArray[np.bool_]) -> "SplitInputs":
        """The photographs chosen by the mask (n,), with only their species' names."""
        labels, species = np.unique(self.species[chosen], return_inverse=True)
        return replace(
            self,
            names=tuple(self.names[label] for label in labels),
            species=species.astype(np.int32),
            **{name: getattr(self, name)[chosen] for name in _OTHERS},
        )


def columns_for(links: Collection[Link]) -> list[str]:
    """The columns that a table needs for these links and for the licence tiers."""
    asked = {column for link in {*links, *ALWAYS_LINKED} for column in _COLUMNS[link]}
    return sorted({*ALWAYS, "license", *asked})


def split_inputs(
    table: pa.Table,
    links: Collection[Link] = get_args(Link),
    near_duplicates: NearDuplicates | None = None,
) -> SplitInputs:
    """Convert a table with the columns `columns_for(links)`, plain or dictionary-encoded.

    Columns that no link needs are not read and count as empty.
    """
    species, source = (_encoded(table[name]) for name in ("species", "source"))
    names = species.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    position = np.empty(len(names), np.int32)
    position[order] = np.arange(len(names))
    observation = numbered(table["observation_id"])
    from_source = numbered(source.dictionary)[np.asarray(source.indices)]
    asked = columns_for(links)
    nothing = np.zeros(len(table), np.uint64)
    observer, content = (
        numbered(table[name]) if name in asked else nothing for name in ("observer", "sha256")
    )
    url = address_numbers(table["url"])
    look, has_phash = nothing, np.zeros(len(table), bool)
    if "phash" in asked:
        look, has_phash = from_hex(table["phash"])
    return SplitInputs(
        tuple(names[index] for index in order),
        position[np.asarray(species.indices)],
        tuple(source.dictionary.to_pylist()),
        np.asarray(source.indices, np.int32),
        numbered(table["image_id"]),
        # Observation ids are unique within a source only.
        np.where(observation > 0, shuffled_numbers(observation ^ from_source), observation),
        observer,
        content,
        url,
        look,
        has_phash,
        numbered_pairs(near_duplicates),
        _tiers(table),
    )


def _tiers(table: pa.Table) -> NDArray[np.int8]:
    if "license" not in table.column_names:
        return np.full(len(table), -1, np.int8)
    licences = _encoded(table["license"])
    codes = [TIERS.index(tier_of(licence)) for licence in licences.dictionary.to_pylist()]
    return np.take(np.array(codes, np.int8), np.asarray(licences.indices))


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    whole = column.unify_dictionaries().combine_chunks()
    return whole if isinstance(whole, pa.DictionaryArray) else whole.dictionary_encode()
