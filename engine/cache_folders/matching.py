"""Matches the files of cache folders with photographs, by the digests of addresses."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from engine.cache_folders.index import IndexedFile
from engine.catalogue.store import Catalogue, Filter

# The digests by their number of bytes. They identify files and need not be secure.
_DIGESTS: dict[int, Callable[..., Any]] = {
    16: partial(hashlib.md5, usedforsecurity=False),
    20: partial(hashlib.sha1, usedforsecurity=False),
    32: hashlib.sha256,
}


class Matches(NamedTuple):
    """`wanted` are the files for each photograph without one, by id, the largest first.

    `fitting` are the digests of all files that match an address of the catalogue.
    """

    wanted: dict[str, list[IndexedFile]]
    fitting: set[bytes]


def match(catalogue: Catalogue, files: Iterable[IndexedFile]) -> Matches:
    """Match files with the addresses of all photographs and of their listings."""
    by_digest: dict[bytes, list[IndexedFile]] = defaultdict(list)
    for file in files:
        by_digest[file.digest].append(file)
    wanted: dict[str, dict[IndexedFile, None]] = defaultdict(dict)
    fitting: set[bytes] = set()
    kinds = [_DIGESTS[size] for size in sorted({len(digest) for digest in by_digest})]
    for image_id, url, is_remote in _addresses(catalogue) if kinds else ():
        for kind in kinds:
            digest = kind(url.encode(errors="surrogatepass")).digest()
            if found := by_digest.get(digest):
                fitting.add(digest)
                if is_remote:
                    wanted[image_id] |= dict.fromkeys(found)
    largest_first = {
        image_id: sorted(found, key=lambda file: -file.size) for image_id, found in wanted.items()
    }
    return Matches(largest_first, fitting)


def _addresses(catalogue: Catalogue) -> Iterator[tuple[str, str, bool]]:
    """Yield each address with its photograph's id, and whether that photograph has no file."""
    table = catalogue.columns(("image_id", "url", "state"), Filter(excluded=None))
    image_ids, urls, states = (table[name].to_pylist() for name in ("image_id", "url", "state"))
    remote = {
        image_id for image_id, state in zip(image_ids, states, strict=True) if state == "remote"
    }
    for image_id, url in zip(image_ids, urls, strict=True):
        if url:
            yield image_id, url, image_id in remote
    for listing in catalogue.all_listings():
        if listing.listed.url:
            yield listing.photograph, listing.listed.url, listing.photograph in remote
