"""The interface of a catalogue store, and its data types."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

from engine.catalogue.changes import Action, Change, Label, OwnChange
from engine.catalogue.record import Photograph
from engine.catalogue.twins import Listing
from engine.language.message import deferred

Field = Literal["species", "genus", "family", "source", "state", "license", "tier", "flag"]
"""The fields that photographs are counted and filtered by. `tier` is what the licence allows
(`engine.catalogue.licences`)."""
Operator = Literal["=", "!=", "~"]
"""Is, is not, contains; `license~research` compares the tier of the licence."""


UNSTATED = deferred("none stated")
"""The filter value that selects photographs whose field is empty."""


class FieldCondition(NamedTuple):
    """A condition on any field of the record, on the tier, or on an own field `extra.NAME`.

    A photograph without a value compares as if its value were empty; `UNSTATED` means that value.
    """

    field: str
    operator: Operator
    value: str


@dataclass(frozen=True)
class Filter:
    """A selection of photographs. An empty field matches everything; `UNSTATED` matches an empty
    value.

    `text` is searched in species and family names and in the values of own fields, ignoring case
    and accents. `state` is cached or remote. `tier` is what the licence allows. `flag` is a
    finding of the quality scan. `excluded` False skips excluded photographs, True selects only
    those, None selects both. `conditions` must hold as well.
    """

    text: str = ""
    species: str = ""
    source: str = ""
    state: str = ""
    genus: str = ""
    family: str = ""
    license: str = ""
    flag: str = ""
    excluded: bool | None = False
    tier: str = ""
    conditions: tuple[FieldCondition, ...] = ()


EVERYTHING = Filter()


@dataclass(frozen=True)
class Added:
    """The result of adding photographs: how many are new, and how many records were known.

    `joined` are the records that are listings of another photograph, each with the id of that.
    """

    added: int = 0
    known: int = 0
    joined: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CachedFile:
    """A photograph whose file was stored: its path in the home, and its size in pixels."""

    image_id: str
    path: str
    sha256: str
    width: int
    height: int


@dataclass(frozen=True)
class Counts:
    """Number of photographs, by source and by state, of species, and of excluded photographs,
    which the other numbers leave out."""

    images: int
    species: int
    by_source: dict[str, int]
    by_state: dict[str, int]
    excluded: int = 0


class SpeciesCount(NamedTuple):
    """A species and its number of photographs."""

    species: str
    images: int


@dataclass(frozen=True)
class Cursor:
    """The last photograph of a page; the next page starts after it."""

    species: str
    image_id: str


@dataclass(frozen=True)
class Page:
    """Photographs ordered by species, and the cursor of the next page (None = last page)."""

    photographs: tuple[Photograph, ...]
    next: Cursor | None


class Lines(NamedTuple):
    """Photographs as lines of JSON, and their numbers by source and by state."""

    text: bytes
    by_source: Mapping[str, int]
    by_state: Mapping[str, int]


class Catalogue(Protocol):
    """The catalogue of photographs. Every method raises WorkFailed if the store fails."""

    def known(self, image_ids: Iterable[str]) -> dict[str, str]:
        """Those of the ids that photographs or their listings have, each with the id of its
        photograph."""
        ...

    def add(
        self,
        photographs: Iterable[Photograph],
        listings: Iterable[Listing] = (),
        apart: Iterable[str] = (),
    ) -> Added:
        """Add photographs in one transaction; skips those whose image_id is known.

        `listings` and `apart` are what another catalogue says of them; of photographs that were
        known, they are ignored.
        """
        ...

    def begin_import(self, key: str) -> str:
        """Note that an import begins, whose `key` says all that it depends on.

        Returns what `end_import` noted with this key, if no record was deleted since; else "".
        A store that cannot notice all deletions notes nothing.
        """
        ...

    def end_import(self, key: str, report: str) -> None:
        """Note that the import has ended, unless a record was deleted since it began."""
        ...

    def update(self, changes: Iterable[Mapping[str, Any]]) -> int:
        """Set fields of photographs: each change is an `image_id` and the fields it sets.

        Returns the number of known photographs. One transaction if the store supports them.
        """
        ...

    def keep(self, kept: Iterable[CachedFile]) -> int:
        """Mark these photographs as cached, in one transaction; returns the number found."""
        ...

    def let_go(self, sha256s: Iterable[str], even_without_url: bool = False) -> list[str]:
        """Mark the photographs of these files as remote, in one transaction.

        Skips files that cannot be downloaded again because they have no url, unless
        `even_without_url` is set. Returns the SHA-256s that were not skipped.
        """
        ...

    def listings(self, image_id: str) -> list[Listing]:
        """The records that were joined to a photograph, its own first; none if it is listed
        once."""
        ...

    def all_listings(self) -> Iterator[Listing]:
        """Every listing."""
        ...

    def listed_twice(self) -> int:
        """The number of records that are further listings of a photograph."""
        ...

    def apart(self) -> set[str]:
        """The ids of rows that are not joined to others, because a person undid that."""
        ...

    def take_listings(self, listings: Iterable[Listing], apart: Iterable[str]) -> None:
        """Take over `all_listings` and `apart` of another store."""
        ...

    def curate(
        self, chosen: Filter | Sequence[str], action: Action, note: str, label: Label | None = None
    ) -> Change:
        """Exclude, include or relabel photographs by filter or ids, in one transaction.

        Photographs that are already in the wanted state are left out of the change. `label` is
        only given for relabelling. Another former species becomes the photograph's
        `original_name` if that is empty.
        """
        ...

    def set_own(self, name: str, values: Mapping[str, str | None], note: str) -> Change:
        """Set an own field of photographs: its JSON text by image_id, None to remove it.

        The change, whose action is compute, is recorded. Ids that are not known are left out.
        """
        ...

    def undo(self, number: int) -> Change:
        """Undo a change in one transaction, for the photographs still in the state it set.

        Photographs altered by a later change are skipped; undo that change first, then this one
        again. Empties `original_name` if it equals the restored species. Returns the updated
        change.

        Raises:
            BadInput: there is no such change.
        """
        ...

    def changes(self, most: int = 100) -> list[Change]:
        """The latest changes, newest first."""
        ...

    def before_change(self, number: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """The data for undoing a change: the image_id of each of its photographs, and the values
        of its `engine.catalogue.facets.Facet` before the change."""
        ...

    def take_change(self, change: Change, before: Iterable[tuple[str, tuple[Any, ...]]]) -> None:
        """Copy a change from another store, with its number and the result of `before_change`.

        Replaces a change with the same number. One transaction if the store supports them.
        """
        ...

    def own_changes(self, number: int) -> Iterator[OwnChange]:
        """The data for undoing a change that set an own field."""
        ...

    def take_own_changes(self, number: int, changes: Iterable[OwnChange]) -> None:
        """Copy the result of `own_changes` from another store; replaces what is there."""
        ...

    def get(self, image_id: str) -> Photograph | None:
        """One photograph's full record."""
        ...

    def counts(self, chosen: Filter = EVERYTHING) -> Counts:
        """Totals over the photographs that pass the filter."""
        ...

    def count_by(self, field: Field, chosen: Filter = EVERYTHING) -> dict[str, int]:
        """The number of photographs that pass the filter by value of a field, highest first."""
        ...

    def count_by_own(self, name: str, chosen: Filter = EVERYTHING) -> dict[str, int]:
        """The number of photographs that pass the filter by value of an own field, as
        `engine.catalogue.own_fields.own_label`; highest first. Empty: photographs without it."""
        ...

    def own_names(self) -> list[str]:
        """The names of all own fields, in alphabetical order."""
        ...

    def index_own(self, names: Sequence[str]) -> None:
        """Make counts and filters by these own fields fast, and no others, where the store can."""
        ...

    def has_own(self, name: str) -> bool:
        """Whether any photograph has this own field."""
        ...

    def species(self, chosen: Filter = EVERYTHING) -> list[SpeciesCount]:
        """The species with photographs that pass the filter, most photographs first."""
        ...

    def page(self, chosen: Filter, after: Cursor | None, limit: int) -> Page:
        """The next `limit` photographs after `after`, ordered by species."""
        ...

    def all(self, chosen: Filter = EVERYTHING) -> Iterator[Photograph]:
        """Every photograph that passes the filter, ordered by species."""
        ...

    def lines(
        self,
        chosen: Filter = EVERYTHING,
        leave_out: AbstractSet[str] = frozenset(),
        flat: bool = False,
    ) -> Iterator[Lines]:
        """Every photograph that passes the filter, ordered by species and id, as JSON lines.

        A line has all fields, `apart`, and `listings`: the records that were joined to the
        photograph, its own first, each without its empty fields. If `flat`, flags are names
        separated by spaces, and listings are JSON text, empty where there are none. Yields
        batches of many photographs. Skips the species in `leave_out`.
        """
        ...

    def columns(self, names: Sequence[str], chosen: Filter = EVERYTHING) -> Any:
        """Fields of every photograph that passes the filter, as a pyarrow.Table without order.

        Species, genus, family, source, license and state are dictionary-encoded, width and
        height are int32, excluded is bool, flags are names separated by spaces, all other
        fields are strings.
        """
        ...

    def home_id(self) -> str:
        """The id of the home that the catalogue belongs to; empty if none is recorded."""
        ...

    def mark_home(self, home_id: str) -> None:
        """Record which home the catalogue belongs to."""
        ...

    def stamp(self) -> tuple[int, ...]:
        """A value that changes whenever the catalogue changes."""
        ...

    def close(self) -> None:
        """Close the store."""
        ...
