"""One photograph, listed several times: how twins are found, and what their row holds.

Two records are of one photograph if their addresses have the same identity
(`engine.catalogue.identity`) or their files the same bytes. Such a photograph has one row; the
records that were joined to it are its listings.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import Any, NamedTuple

from engine.catalogue.fields import EMPTY, FIELDS
from engine.catalogue.flags import LICENCE_CONFLICT, SPECIES_CONFLICT
from engine.catalogue.identity import digest_of_address
from engine.catalogue.licences import strictest, strictness
from engine.catalogue.record import Photograph

# What a row takes from its listings where it has nothing itself.
_FILLED = ("url", "observation_id", "observer", "attribution", "original_name")
_OF_FILE = ("path", "sha256", "width", "height", "phash", "state")


class Listing(NamedTuple):
    """A record that was joined to a photograph.

    `image_id` is the id that it would have as a row, `photograph` that of its photograph, whose
    first record is a listing itself if joining altered the row. `change` is the number of the
    change that joined it; 0 for imports and downloads. `listed` is the record as it came.
    """

    image_id: str
    photograph: str
    change: int
    listed: Photograph


def key_of_address(url: str) -> int:
    """64 bits, signed, that addresses of one photograph share."""
    return _signed(digest_of_address(url))


def key_of_bytes(sha256: str) -> int:
    """64 bits, signed, of the digest of a file."""
    return _signed(hashlib.blake2b(sha256.encode(), digest_size=8).digest())


def keys_of(photograph: Photograph) -> list[int]:
    """What a photograph is known by: a key for its address and one for its bytes."""
    keys = [key_of_address(photograph.url)] if photograph.url else []
    if photograph.sha256:
        keys.append(key_of_bytes(photograph.sha256))
    return keys


def first_of(twins: Sequence[Photograph]) -> Photograph:
    """The record that becomes the row of all: one with a file, else one with a licence, else the
    first."""
    return min(twins, key=lambda one: (one.state != "cached", not one.license))


def combined(row: Photograph, listed: Iterable[Photograph]) -> dict[str, Any]:
    """What joining changes in a photograph's row.

    The row keeps its label. It takes what it has not from its listings: address, observation,
    observer, attribution, family and file. The strictest licence holds. If one listing is
    excluded, the photograph is. Flags say where the listings disagree on species or licence.
    """
    listings = list(listed)
    change: dict[str, Any] = {}
    for name in _FILLED:
        if not getattr(row, name) and (value := _first(listings, name)):
            change[name] = value
    species = row.species.casefold()
    alike = [one for one in listings if one.species.casefold() == species]
    if not row.family and (family := _first(alike, "family")):
        change["family"] = family
    stated = dict.fromkeys(one.license for one in (row, *listings) if one.license)
    if (len(stated) > 1 or not row.license) and (strict := strictest(stated)) != row.license:
        change["license"] = strict
    if not row.excluded and _first(listings, "excluded"):
        change["excluded"] = True
    if row.state == "remote" and (file := next((o for o in listings if o.state == "cached"), None)):
        change |= {name: getattr(file, name) for name in _OF_FILE}
    found = []
    if len(alike) < len(listings):
        found.append(SPECIES_CONFLICT)
    if len(stated) > 1 and len({*map(strictness, stated)}) > 1:
        found.append(LICENCE_CONFLICT)
    if not {*row.flags}.issuperset(found):
        change["flags"] = tuple(sorted({*row.flags, *found}))
    return change


def groups_of(pairs: Iterable[tuple[str, str]]) -> Iterator[list[str]]:
    """The ids that pairs connect, directly or through others, in groups."""
    leader: dict[str, str] = {}

    def find(one: str) -> str:
        while (above := leader.setdefault(one, one)) != one:
            leader[one] = one = leader[above]
        return one

    for left, right in pairs:
        leader[find(left)] = find(right)
    groups: dict[str, list[str]] = {}
    for one in leader:
        groups.setdefault(find(one), []).append(one)
    yield from groups.values()


def record_of(photograph: Photograph) -> dict[str, Any]:
    """A record as stores keep it for a listing: the fields that are not empty."""
    # All fields but the state are false where they are empty.
    record = dict(zip(compress(EMPTY, photograph), filter(None, photograph), strict=True))
    if record["state"] == EMPTY["state"]:
        del record["state"]
    return record


def as_listed(values: dict[str, Any]) -> Photograph:
    """The record that `record_of` gave; a field that this version does not have is left out."""
    known = {name: value for name, value in values.items() if name in FIELDS}
    if "flags" in known:
        known["flags"] = tuple(known["flags"])
    return Photograph(**known)


def _signed(digest: bytes) -> int:
    return int.from_bytes(digest, "big", signed=True)


def _first(listings: Sequence[Photograph], name: str) -> Any:
    for one in listings:
        if value := getattr(one, name):
            return value
    return ""
