"""Resolving a species name to the accepted one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal

from engine.catalogue.names import genus_of
from engine.catalogue.readers.naming import BELOW_SPECIES
from engine.taxonomy.near import NearNames
from engine.taxonomy.parsing import (
    CROSS,
    ParsedName,
    author_form,
    is_same_author,
    key_of,
    parse_name,
    species_part,
)
from engine.taxonomy.store import Sense, TaxonomyStore

Reason = Literal["synonym", "author", "hybrid", "rank", "spelling", "family"]
State = Literal["certain", "doubtful", "ambiguous", "unknown"]


@dataclass(frozen=True)
class Resolution:
    """What a taxonomy says of a name.

    `species` is the accepted name, with its genus and family; it equals the given name where that
    is the accepted one, and is empty if the name is ambiguous or unknown. Then `candidates` are the
    names that may be meant. `reasons` say why the accepted name differs from the given one.
    """

    state: State
    species: str = ""
    genus: str = ""
    family: str = ""
    reasons: tuple[Reason, ...] = ()
    candidates: tuple[str, ...] = ()


_UNKNOWN = Resolution("unknown")


class Resolver:
    """Resolves names by one taxonomy.

    A class is a species: what is below it, such as a variety, belongs to it. With `keep_ranks` it
    stays a class of its own.
    """

    def __init__(self, store: TaxonomyStore, keep_ranks: bool = False) -> None:
        self._store, self._keep_ranks = store, keep_ranks
        self._senses = lru_cache(maxsize=4_096)(store.senses)

    def resolve(self, text: str) -> Resolution:
        """What the taxonomy says of a name as a catalogue writes it.

        A name is certain if it leads to one plant, however its author, hybrid sign, rank mark,
        hyphens and accents are written. A name that authors gave to several plants is ambiguous,
        unless one is accepted under it or the author is given. A misspelled name is doubtful.
        """
        given = parse_name(text)
        if given is None or given.is_formula:
            return _UNKNOWN
        senses = self._senses(given.key)
        if not senses:
            return self._species_of(given) or self._near(given) or _without_author(given)
        meant = _with_author(_with_marks(senses, given), given.author)
        found = self._chosen(given, meant or _with_marks(senses, given))
        if found.state == "certain" and (not meant or given.is_group):
            return replace(found, state="doubtful")
        return found

    def _chosen(self, given: ParsedName, senses: Sequence[Sense]) -> Resolution:
        """The resolution of a name that has one of these senses."""
        own = [one for one in senses if one.status == "accepted" and one.name == given.name]
        if own and not given.author:
            senses = own
        classes = {self._class_of(one): one for one in reversed(senses)}
        unplaced = sum(one.status == "unplaced" for one in senses)
        if len(classes) > 1 or 0 < unplaced < len(senses):
            return Resolution("ambiguous", candidates=tuple(sorted(classes)))
        ((species, sense),) = classes.items()
        state: State = "certain" if self._is_one_plant(species, senses) else "doubtful"
        reasons = _reasons(given, sense, species)
        return Resolution(state, species, genus_of(species), sense.family, reasons)

    def _is_one_plant(self, species: str, senses: Sequence[Sense]) -> bool:
        """Whether the class's name stands for no other plant than that of the senses."""
        others = self._senses(key_of(species))
        accepted = {one.author for one in others if one.status == "accepted"}
        if any(one.status == "unplaced" for one in senses):
            return not accepted and len({one.author for one in others}) <= 1
        if any(one.accepted != species for one in senses):
            # A variety may be accepted although its species is not.
            return len(accepted) == 1
        return len(accepted) <= 1

    def _species_of(self, given: ParsedName) -> Resolution | None:
        """The resolution of a variety that the taxonomy lacks, by its species."""
        if not given.is_below_species or self._keep_ranks:
            return None
        whole = self.resolve(given.species)
        if whole.state != "certain":
            return None
        return replace(whole, state="doubtful", reasons=_once("rank", *whole.reasons))

    def _near(self, given: ParsedName) -> Resolution | None:
        """The resolution of a misspelled name; None if no name is like it."""
        if given.is_below_species:
            return None
        near = self._near_names.nearest(given.species.replace(f"{CROSS} ", "").lower())
        found = [self._chosen(given, self._senses(key)) for key in {*map(key_of, near)}]
        if len(found) == 1 and found[0].species:
            reasons = _once(*found[0].reasons, "spelling")
            return replace(found[0], state="doubtful", reasons=reasons)
        candidates = {one.species for one in found if one.species}
        candidates.update(*(one.candidates for one in found))
        if not candidates:
            return None
        return Resolution("ambiguous", candidates=tuple(sorted(candidates)))

    def _class_of(self, sense: Sense) -> str:
        return sense.accepted if self._keep_ranks else species_part(sense.accepted)

    @cached_property
    def _near_names(self) -> NearNames:
        return NearNames(self._store)


def _with_marks(senses: Sequence[Sense], given: ParsedName) -> Sequence[Sense]:
    """The senses with the rank mark and hybrid sign of the name, if it has them and any has."""
    for mark in (given.rank, CROSS if CROSS in given.name else ""):
        marked = [one for one in senses if mark in one.name.split()]
        senses = marked or senses
    return senses


def _with_author(senses: Sequence[Sense], author: str) -> Sequence[Sense]:
    """The senses by this author; all if none is given or the taxonomy has no authors."""
    if not author or not any(one.author for one in senses):
        return senses
    exact = [one for one in senses if author_form(one.author) == author_form(author)]
    return exact or [one for one in senses if is_same_author(one.author, author)]


def _reasons(given: ParsedName, sense: Sense, species: str) -> tuple[Reason, ...]:
    """Why the class's name differs from the given one; empty if it does not."""
    found: list[Reason] = []
    if species_part(sense.accepted) != species_part(sense.name):
        found.append("synonym")
    if given.author:
        found.append("author")
    if (CROSS in given.name) != (CROSS in sense.name):
        found.append("hybrid")
    if species != sense.accepted or _marks(given.name) != _marks(sense.name):
        found.append("rank")
    if _letters(given.name) != _letters(sense.name):
        found.append("spelling")
    return tuple(found)


def _without_author(given: ParsedName) -> Resolution:
    """The resolution of a name that the taxonomy lacks: without its author it is one class."""
    if not given.author or given.is_group:
        return _UNKNOWN
    return Resolution("doubtful", given.name, genus_of(given.name), "", ("author",))


def _marks(name: str) -> list[str]:
    return [word for word in name.split() if word.rstrip(".").lower() in BELOW_SPECIES]


def _letters(name: str) -> list[str]:
    return [word for word in name.split() if word != CROSS and word not in _marks(name)]


def _once(*reasons: Reason) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reasons))
