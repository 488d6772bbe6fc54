"""Identities of addresses, for very many at once."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.catalogue.identity import INATURALIST_PHOTO, PLAIN, PROVIDERS, canonical_address
from engine.split.numbers import Numbers, numbered

_SCHEME = "^https?://"
_KNOWN_HOSTS = (
    r"^https?://[^/]*(?:" + "|".join(host.replace(".", r"\.") for host in PROVIDERS) + ")"
)


def canonical_addresses(addresses: "pa.Array | pa.ChunkedArray") -> pa.Array:
    """(n) texts -> (n) texts: `engine.catalogue.identity.canonical_address` of each."""
    texts = addresses.combine_chunks() if isinstance(addresses, pa.ChunkedArray) else addresses
    texts = texts.cast(pa.string()).fill_null("")
    photo = pc.struct_field(pc.extract_regex(texts, f"^{INATURALIST_PHOTO}"), "photo")
    is_photo = pc.is_valid(photo)
    is_plain = pc.and_(
        pc.match_substring_regex(texts, f"^{PLAIN}$"),
        pc.invert(pc.match_substring_regex(texts, _KNOWN_HOSTS)),
    )
    found = pc.if_else(
        is_photo,
        pc.binary_join_element_wise("inaturalist", photo, "/"),
        pc.replace_substring_regex(texts, _SCHEME, ""),
    )
    # Nearly all addresses are of these two kinds.
    other = np.flatnonzero(
        ~np.asarray(pc.or_(is_photo, is_plain)) & ~np.asarray(pc.equal(texts, ""))
    )
    if not other.size:
        return found
    mask = np.zeros(len(texts), bool)
    mask[other] = True
    read = [canonical_address(text) for text in texts.take(pa.array(other)).to_pylist()]
    return pc.replace_with_mask(found, pa.array(mask), pa.array(read, pa.string()))


def address_numbers(addresses: "pa.Array | pa.ChunkedArray") -> Numbers:
    """(n) texts -> (n) hashes, equal where the addresses lead to one photograph, 0 for none."""
    return numbered(canonical_addresses(addresses))
