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
    def _insert(self, photographs: Sequence[Photograph], known: bool) -> None:
        """Add rows; if `known`, by their addresses and bytes."""

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
        self._insert([one for one in offered if one.image_id in apart], known=False)
        offered = [one for one in offered if one.image_id not in apart]
        known = self._known_by(key for one in offered for key in keys_of(one))
        rows: list[Photograph] = []
        joined: dict[str, list[Photograph]] = defaultdict(list)
        also_twins: list[tuple[str, str]] = []
        for one in offered:
            keys = keys_of(one)
            twins = sorted({known[key] for key in keys if key in known})
            if twins:
                joined[twins[0]].append(one)
                also_twins += ((twins[0], twin) for twin in twins[1:])
            else:
                rows.append(one)
            known |= dict.fromkeys(keys, twins[0] if twins else one.image_id)
        self._insert(rows, known=True)
        self._attach(joined)
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
        self._insert(rows, known=False)
        self._change(changes)
        self._forget(number)
        self._set_apart(row.image_id for row in rows)
        return len(rows)

    def _attach(self, joined: Mapping[str, Sequence[Photograph]]) -> None:
        """Make records that have no row listings of rows."""
        rows = {row.image_id: row for row in self._read(joined)}
        groups = ((rows[image_id], listed) for image_id, listed in joined.items())
        listings = self._combine(groups, change=0)
        self._know({key: one.photograph for one in listings for key in keys_of(one.listed)})

    def _combine(
        self, groups: Iterable[tuple[Photograph, Sequence[Photograph]]], change: int
    ) -> list[Listing]:
        """Write listings of rows, and into the rows what they take from them."""
        changes: list[dict[str, Any]] = []
        firsts: list[Listing] = []
        listings: list[Listing] = []
        for row, listed in groups:
            if altered := combined(row, listed):
                changes.append({"image_id": row.image_id, **altered})
                firsts.append(Listing(row.image_id, row.image_id, change, row))
            listings += (Listing(one.image_id, row.image_id, change, one) for one in listed)
        self._write([*firsts, *listings])
        self._change(changes)
        return listings
