"""What any store of the catalogue can do."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from engine.catalogue.changes import Action, Change, Label
from engine.catalogue.record import Photograph
from engine.language.message import deferred

Field = Literal["species", "genus", "family", "source", "state", "license", "flag"]
"""What photographs are counted and filtered by."""


UNSTATED = deferred("none stated")
"""The value of a filter's field that lets through what states nothing there."""


@dataclass(frozen=True)
class Filter:
    """Which photographs are meant; an empty field lets everything through, and `UNSTATED` what is
    empty there.

    `text` is looked for in the names of species and families, whatever its case and accents;
    `state` is cached or remote; `flag` is a finding of the quality scan. What was excluded is
    passed over unless `excluded` is True (nothing else) or None (both).
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


EVERYTHING = Filter()


@dataclass(frozen=True)
class Added:
    """What an import did: photographs that are new, and those that were there already."""

    added: int = 0
    known: int = 0


@dataclass(frozen=True)
class CachedFile:
    """A photograph whose bytes came in: where they lie in the home, and their size in pixels."""

    image_id: str
    path: str
    sha256: str
    width: int
    height: int


@dataclass(frozen=True)
class Counts:
    """Photographs in all, by source and by state, the number of species, and how many more
    photographs are excluded."""

    images: int
    species: int
    by_source: dict[str, int]
    by_state: dict[str, int]
    excluded: int = 0


class SpeciesCount(NamedTuple):
    """A species and its photographs."""

    species: str
    images: int


@dataclass(frozen=True)
class Cursor:
    """The last photograph of a page; the next page starts after it."""

    species: str
    image_id: str


@dataclass(frozen=True)
class Page:
    """Some photographs, by species, and where the next page starts (None = this is the last)."""

    photographs: tuple[Photograph, ...]
    next: Cursor | None


class Lines(NamedTuple):
    """Photographs as lines of JSON, and how many they are by source and by state."""

    text: bytes
    by_source: Mapping[str, int]
    by_state: Mapping[str, int]


class Catalogue(Protocol):
    """What photographs exist. Every method raises WorkFailed where the store fails."""

    def known(self, image_ids: Iterable[str]) -> set[str]:
        """Those of the ids that photographs have."""
        ...

    def add(self, photographs: Iterable[Photograph]) -> Added:
        """Add photographs in one transaction; one whose image_id is known changes nothing."""
        ...

    def update(self, changes: Iterable[Mapping[str, Any]]) -> int:
        """Set fields of photographs: each change is an `image_id` and the fields it sets.

        Returns how many of the photographs are known. In one transaction where the store has
        them.
        """
        ...

    def keep(self, kept: Iterable[CachedFile]) -> int:
        """Say in one transaction that these photographs are cached; returns how many there are."""
        ...

    def let_go(self, sha256s: Iterable[str], even_without_url: bool = False) -> list[str]:
        """Say in one transaction that these bytes are here no more: their photographs are remote.

        Bytes that could not be fetched again, for want of a url, stay unless told otherwise.
        Returns those that were let go.
        """
        ...

    def curate(
        self, chosen: Filter | Sequence[str], action: Action, note: str, label: Label | None = None
    ) -> Change:
        """Exclude, include or relabel, in one transaction, what passes a filter or has one of
        these ids; a photograph that is so already is left out of the change.

        `label` is what relabelling sets, and is given then only; the former species becomes
        the photograph's `original_name` where it has none.
        """
        ...

    def undo(self, number: int) -> Change:
        """Undo a change in one transaction, as far as its photographs still are as it left them.

        What another change has set since stays, and can be undone here once that one is. Of an
        earlier species' name, `original_name` is emptied again where it says the same. Returns
        the change as it stands now.

        Raises:
            BadInput: there is no such change.
        """
        ...

    def changes(self, most: int = 100) -> list[Change]:
        """The last changes, the newest first."""
        ...

    def before_change(self, number: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """What undoing a change needs: each of its photographs, by image_id, and the values of
        its `engine.catalogue.facets.Facet` before the change."""
        ...

    def take_change(self, change: Change, before: Iterable[tuple[str, tuple[Any, ...]]]) -> None:
        """Take over a change of another store, in one transaction where the store has them: its
        number, and what `before_change` gives there. One of that number is replaced."""
        ...

    def get(self, image_id: str) -> Photograph | None:
        """One photograph's full record."""
        ...

    def counts(self, chosen: Filter = EVERYTHING) -> Counts:
        """Totals over the photographs that pass the filter."""
        ...

    def count_by(self, field: Field, chosen: Filter = EVERYTHING) -> dict[str, int]:
        """Photographs that pass the filter by each value of a field, most first."""
        ...

    def species(self, chosen: Filter = EVERYTHING) -> list[SpeciesCount]:
        """The species with photographs that pass the filter, most photographs first."""
        ...

    def page(self, chosen: Filter, after: Cursor | None, limit: int) -> Page:
        """The `limit` photographs that follow `after`, by species."""
        ...

    def all(self, chosen: Filter = EVERYTHING) -> Iterator[Photograph]:
        """Every photograph that passes the filter, by species."""
        ...

    def lines(
        self, chosen: Filter = EVERYTHING, leave_out: AbstractSet[str] = frozenset()
    ) -> Iterator[Lines]:
        """Every photograph that passes the filter, by species and id, as lines of JSON, many of
        them at once; without some species."""
        ...

    def columns(self, names: Sequence[str], chosen: Filter = EVERYTHING) -> Any:
        """Fields of every photograph that passes the filter, as a pyarrow.Table in no
        particular order. What species, genus, family, source, license and state hold comes
        dictionary-encoded, width and height as int32, excluded as bool, flags as the names
        with a space between them, all else as strings."""
        ...

    def home_id(self) -> str:
        """The id of the home that the catalogue belongs to; empty where none is written."""
        ...

    def mark_home(self, home_id: str) -> None:
        """Say which home the catalogue belongs to."""
        ...

    def stamp(self) -> tuple[int, ...]:
        """Changes whenever the catalogue does."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...
