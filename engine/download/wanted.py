"""The addresses that a download would request, as columns, in download order."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.catalogue.store import Catalogue, Filter
from engine.download.addresses import RefusedAddress, host_of
from engine.download.newness import LAST_NUMBER
from engine.download.variants import INATURALIST
from engine.settings.download import Order, Variant

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Wanted:
    """The addresses as columns of shape (addresses,): indices into the lists of hosts and species,
    and whether the photograph is offered in several sizes."""

    host_names: list[str]
    species_names: list[str]
    hosts: Numbers
    species: Numbers
    sized: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.hosts)


def wanted(
    catalogue: Catalogue,
    given_up: Collection[str],
    order: Order,
    variant: Variant,
    limit: int | None,
) -> Wanted:
    """At most `limit` addresses, without those `given_up` (in the chosen size)."""
    # Importing pyarrow takes half a second, and a download does not need it.
    import pyarrow as pa
    import pyarrow.compute as pc

    names = ("url", "species", "observation_id", "image_id")
    table = catalogue.columns(names, Filter(state="remote")).combine_chunks()
    url = pc.utf8_trim_whitespace(table["url"])
    url = pc.replace_substring_regex(url, INATURALIST, rf"\1{variant}\2")
    host_names, hosts = _hosts(url)
    keep = hosts >= 0
    if given_up:
        keep &= ~pc.is_in(url, value_set=pa.array(list(given_up), pa.string())).to_numpy()
    keep &= _first_of_each(url)
    rows = np.flatnonzero(keep)
    species_names, species = _codes(table["species"])
    number = pc.if_else(
        pc.equal(table["observation_id"], ""), table["image_id"], table["observation_id"]
    )
    found = pc.extract_regex(number, LAST_NUMBER)
    newest = pc.struct_field(found, "number").cast(pa.int64()).fill_null(0).to_numpy()
    sized = pc.match_substring_regex(url, INATURALIST).to_numpy()
    rows = rows[_order(catalogue, order, species_names, species[rows], newest[rows])][:limit]
    return Wanted(host_names, species_names, hosts[rows], species[rows], sized[rows])


def _codes(column: Any) -> tuple[list[str], Numbers]:
    """The sorted values of a column, and the index of each element in them (-1 = null)."""
    encoded = column.combine_chunks()
    if not hasattr(encoded, "indices"):
        encoded = encoded.dictionary_encode()
    values = [str(value) for value in encoded.dictionary.to_pylist()]
    rank = np.empty(len(values) + 1, np.int64)
    rank[np.argsort(np.array(values, dtype=object), kind="stable")] = np.arange(len(values))
    rank[-1] = -1
    return sorted(values), rank[encoded.indices.fill_null(-1).to_numpy()]


def _hosts(url: Any) -> tuple[list[str], Numbers]:
    import pyarrow.compute as pc

    start = pc.struct_field(pc.extract_regex(url, r"^(?P<start>[^/]*//[^/?#]*)"), "start")
    starts, codes = _codes(start)
    names: dict[str, int] = {}
    index = np.full(len(starts) + 1, -1, np.int64)
    for code, text in enumerate(starts):
        try:
            index[code] = names.setdefault(host_of(text), len(names))
        except RefusedAddress:
            continue
    return list(names), index[codes]


def _first_of_each(url: Any) -> NDArray[np.bool_]:
    """Mask of the rows that are the first with their address."""
    _, first = np.unique(
        url.combine_chunks().dictionary_encode().indices.to_numpy(), return_index=True
    )
    is_first = np.zeros(len(url), bool)
    is_first[first] = True
    return is_first


def _order(
    catalogue: Catalogue, order: Order, names: list[str], species: Numbers, newest: Numbers
) -> NDArray[np.intp]:
    old = -newest
    if order == "newest":
        return np.argsort(old, kind="stable")
    images = {item.species: item.images for item in catalogue.species()}
    rarity = np.array([images.get(name, 0) for name in names], dtype=np.int64)[species]
    if order == "rarest":
        return np.lexsort((old, species, rarity))
    here = {item.species: item.images for item in catalogue.species(Filter(state="cached"))}
    by_species = np.lexsort((old, species))
    starts = np.searchsorted(species[by_species], np.arange(len(names)))
    turn = np.empty(len(species), dtype=np.int64)
    turn[by_species] = np.arange(len(species)) - starts[species[by_species]]
    turn += np.array([here.get(name, 0) for name in names], dtype=np.int64)[species]
    return np.lexsort((species, rarity, turn))
