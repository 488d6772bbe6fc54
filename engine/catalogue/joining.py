"""Joining records of one photograph, whatever store holds them."""

import itertools
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.catalogue.record import Photograph
from engine.catalogue.twins import Listing, combined, first_of, groups_of, keys_of

_GROUPS_AT_ONCE = 5_000


class Joining(ABC):
    """Finds and joins twins by a store's own means, within the transaction or turn to write that
    the caller has."""

    @abstractmethod
    def known(self, image_ids: Iterable[str]) -> dict[str, str]:
        """Those ids that rows or listings have, each with the id of its photograph."""

    @abstractmethod
    def apart(self) -> set[str]:
        """The rows that are not joined to others."""

    @abstractmethod
    def take(self, listings: Iterable[Listing], apart: Iterable[str]) -> None:
        """Take over listings of another store, what they are known by, and what stays apart."""

    @abstractmethod
    def _read(self, image_ids: Iterable[str]) -> list[Photograph]:
        """The rows with these ids, the oldest first."""

    @abstractmethod
    def _insert(self, photographs: Sequence[Photograph], keys: Mapping[int, str]) -> None:
        """Add rows, and let them be known by keys that are new, given with the ids of the rows."""

    @abstractmethod
    def _delete(self, photographs: Sequence[Photograph]) -> None:
        """Remove rows, given as they are."""

    @abstractmethod
    def _change(self, changes: Sequence[Mapping[str, Any]]) -> None:
        """Set fields of rows: each change is an `image_id` and the fields it sets."""

    @abstractmethod
    def _known_by(self, keys: Iterable[int]) -> dict[int, str]:
        """Those of the keys that rows are known by, each with the id of its row."""

    @abstractmethod
    def _know(self, keys: Mapping[int, str]) -> None:
        """Let rows be known by keys that are new."""

    @abstractmethod
    def _write(self, listings: Sequence[Listing]) -> None:
        """Write listings; one that is there stays as it is."""

    @abstractmethod
    def _follow(self, gone: Sequence[Listing]) -> None:
        """Let the listings and keys of rows that were joined belong to the rows they were joined
        to."""

    @abstractmethod
    def _of_change(self, number: int) -> list[Listing]:
        """The listings that a change made."""

    @abstractmethod
    def _forget(self, number: int) -> None:
        """Remove the listings that a change made."""

    @abstractmethod
    def _set_apart(self, image_ids: Iterable[str]) -> None:
        """Let rows stay apart."""

    def add(
        self,
        photographs: Iterable[Photograph],
        listings: Sequence[Listing] = (),
        apart: Iterable[str] = (),
    ) -> dict[str, str]:
        """Add records whose ids are not known; returns those that became listings, each with its
        photograph.

        `listings` and `apart` are what another catalogue says of them.
        """
        offered = list(photographs)
        if listings or apart:
            added = {one.image_id for one in offered}
            self._set_apart(added.intersection(apart))
            known = self.known(one.image_id for one in listings)
            joined = self._add(offered)
            self.take(
                (
                    one._replace(photograph=joined.get(one.photograph, one.photograph), change=0)
                    for one in listings
                    if one.photograph in added and one.image_id not in known
                ),
                (),
            )
            return joined
        return self._add(offered)

    def _add(self, offered: Sequence[Photograph]) -> dict[str, str]:
        apart = self.apart()
        self._insert([one for one in offered if one.image_id in apart], {})
        offered = [one for one in offered if one.image_id not in apart]
        keys = list(map(keys_of, offered))
        known = self._known_by(itertools.chain.from_iterable(keys))
        rows: dict[str, Photograph] = {}
        joined: dict[str, list[Photograph]] = defaultdict(list)
        new: dict[int, str] = {}
        also_twins: list[tuple[str, str]] = []
        for one, own in zip(offered, keys, strict=True):
            twins = [known[key] for key in own if key in known]
            owner = min(twins) if twins else one.image_id
            if twins:
                joined[owner].append(one)
                also_twins += ((owner, twin) for twin in twins if twin != owner)
            else:
                rows[owner] = one
            for key in own:
                if key not in known:
                    new[key] = owner
                known[key] = owner
        self._add_rows(rows, joined, new)
        self.join(groups_of(also_twins), change=0)
        return {one.image_id: twin for twin, listed in joined.items() for one in listed}

    def join_twins(self, image_ids: Iterable[str]) -> int:
        """Join those photographs whose address or bytes another has; returns how many were
        joined. To call after addresses or files changed."""
        apart = self.apart()
        photographs = [one for one in self._read(image_ids) if one.image_id not in apart]
        known = self._known_by(key for one in photographs for key in keys_of(one))
        new: dict[int, str] = {}
        pairs: list[tuple[str, str]] = []
        for one in photographs:
            for key in keys_of(one):
                owner = known.get(key) or new.setdefault(key, one.image_id)
                if owner != one.image_id:
                    pairs.append((owner, one.image_id))
        self._know(new)
        return self.join(groups_of(pairs), change=0)

    def join(self, groups: Iterable[Sequence[str]], change: int, follow: bool = True) -> int:
        """Make one row of each group of rows; returns how many rows became listings.

        Without `follow`, the caller sees to the listings and keys of the joined rows.
        """
        joined = 0
        rest = iter(groups)
        while some := list(itertools.islice(rest, _GROUPS_AT_ONCE)):
            rows = {row.image_id: row for row in self._read(itertools.chain(*some))}
            rank = {image_id: number for number, image_id in enumerate(rows)}
            parted = []
            for group in some:
                twins = [rows[one] for one in sorted(rank.keys() & group, key=rank.__getitem__)]
                if len(twins) > 1:
                    first = first_of(twins)
                    parted.append((first, [one for one in twins if one is not first]))
            # Listings come first: where no transaction holds, a crash loses no record.
            listings = self._combine(parted, change)
            self._delete([one for _, others in parted for one in others])
            if follow:
                self._follow(listings)
            joined += len(listings)
        return joined

    def split(self, number: int) -> int:
        """Undo a change that joined: each of its listings becomes a row again, which stays apart
        from then on; returns how many.

        What the rows took from these listings and still have goes back, too.
        """
        groups: dict[str, list[Listing]] = defaultdict(list)
        for listing in self._of_change(number):
            groups[listing.photograph].append(listing)
        now = {row.image_id: row for row in self._read(groups)}
        changes: list[dict[str, Any]] = []
        rows: list[Photograph] = []
        for image_id, listings in groups.items():
            others = [one.listed for one in listings if one.image_id != image_id]
            rows += others
            for own in listings:
                if own.image_id == image_id and image_id in now:
                    taken = combined(own.listed, others)
                    kept = [n for n, value in taken.items() if getattr(now[image_id], n) == value]
                    back = {name: getattr(own.listed, name) for name in kept}
                    changes.append({"image_id": image_id, **back})
        self._insert(rows, {})
        self._change(changes)
        self._forget(number)
        self._set_apart(row.image_id for row in rows)
        return len(rows)

    def _add_rows(
        self,
        rows: Mapping[str, Photograph],
        joined: Mapping[str, Sequence[Photograph]],
        keys: Mapping[int, str],
    ) -> None:
        """Add rows, and make records listings of these and of rows that are there."""
        # A row is written once, with what it takes from the listings that come with it.
        here = _Combined(((row, joined.get(row.image_id, ())) for row in rows.values()), 0)
        made = [
            row._replace(**here.changes[row.image_id]) if row.image_id in here.changes else row
            for row in rows.values()
        ]
        self._insert(made, {key: owner for key, owner in keys.items() if owner in rows})
        self._write([*here.firsts, *here.listings])
        there = {row.image_id: row for row in self._read(joined.keys() - rows.keys())}
        self._combine(((row, joined[image_id]) for image_id, row in there.items()), change=0)
        self._know({key: owner for key, owner in keys.items() if owner not in rows})

    def _combine(
        self, groups: Iterable[tuple[Photograph, Sequence[Photograph]]], change: int
    ) -> list[Listing]:
        """Write listings of rows, and into the rows what they take from them."""
        made = _Combined(groups, change)
        self._write([*made.firsts, *made.listings])
        self._change([{"image_id": one, **change} for one, change in made.changes.items()])
        return made.listings


class _Combined:
    """What joining makes of rows, each given with the records that become its listings.

    `firsts` are the listings of the rows that `changes` alters, by id.
    """

    def __init__(
        self, groups: Iterable[tuple[Photograph, Sequence[Photograph]]], change: int
    ) -> None:
        self.changes: dict[str, dict[str, Any]] = {}
        self.firsts: list[Listing] = []
        self.listings: list[Listing] = []
        for row, listed in groups:
            if altered := combined(row, listed) if listed else {}:
                self.changes[row.image_id] = altered
                self.firsts.append(Listing(row.image_id, row.image_id, change, row))
            self.listings += (Listing(one.image_id, row.image_id, change, one) for one in listed)
