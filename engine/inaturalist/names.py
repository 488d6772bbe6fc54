"""Looking up taxa and places by name or number."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from engine.errors import BadInput
from engine.inaturalist.api import Api, NotKnown
from engine.language.message import deferred

_PLANTS = "Plantae"
_OFFERED = 8
_NONE = deferred("iNaturalist has nothing called {name}. Check the spelling.")
_SIMILAR = deferred(
    "iNaturalist has nothing called {name}. Type the number of a similar one: {offered}."
)
_SEVERAL = deferred("iNaturalist has several called {name}. Type the number of one: {offered}.")
_NO_NUMBER = {
    "taxa": deferred("iNaturalist has no taxon with the number {number}."),
    "places": deferred("iNaturalist has no place with the number {number}."),
}


@dataclass(frozen=True)
class Taxon:
    """A taxon with iNaturalist's number; `common` is its common name or empty."""

    number: int
    name: str
    rank: str
    common: str = ""

    def __str__(self) -> str:
        name = self.name if self.rank == "species" else f"{self.rank} {self.name}"
        return f"{name} ({self.common})" if self.common else name


@dataclass(frozen=True)
class GeographicPlace:
    """A place with iNaturalist's number; `name` is the full name, such as "Georgia, US"."""

    number: int
    name: str

    def __str__(self) -> str:
        return self.name


def find_taxon(api: Api, typed: str) -> Taxon:
    """The taxon with this scientific name, common name or number; prefers the plant.

    Raises:
        BadInput: there is none, or there are several; the message lists similar ones.
        WorkFailed: iNaturalist does not answer.
    """
    name = " ".join(typed.split())
    if not name:
        raise BadInput("Type a taxon: a species, genus or family, such as Bellis perennis.")
    if name.isdigit():
        return _taxon(_numbered(api, "taxa", name))
    near = _results(api.ask("taxa", q=name, is_active="true", per_page=30))
    exact = [taxon for taxon in near if _same(taxon.get("name"), name)]
    exact = exact or [taxon for taxon in near if _same(taxon.get("matched_term"), name)]
    exact = [taxon for taxon in exact if taxon.get("iconic_taxon_name") == _PLANTS] or exact
    if len(exact) == 1:
        return _taxon(exact[0])
    problem = _SEVERAL if exact else _SIMILAR if near else _NONE
    raise BadInput(problem, name=name, offered=_offer(map(_taxon, exact or near)))


def find_place(api: Api, typed: str) -> GeographicPlace | None:
    """The place with this name or number; None for empty text, which means everywhere.

    Raises:
        BadInput: there is none, or there are several; the message lists them with numbers.
        WorkFailed: iNaturalist does not answer.
    """
    name = " ".join(typed.split())
    if not name:
        return None
    if name.isdigit():
        return _place(_numbered(api, "places", name))
    near = _results(api.ask("places/autocomplete", q=name, per_page=30))
    full = [place for place in near if _same(place.get("display_name"), name)]
    exact = full or [place for place in near if _same(place.get("name"), name)]
    if len(exact) == 1:
        return _place(exact[0])
    problem = _SEVERAL if exact else _SIMILAR if near else _NONE
    raise BadInput(problem, name=name, offered=_offer(map(_place, exact or near)))


def _numbered(api: Api, kind: Literal["taxa", "places"], number: str) -> dict[str, Any]:
    try:
        found = _results(api.ask(f"{kind}/{number}"))
    except NotKnown:
        found = []
    if not found:
        raise BadInput(_NO_NUMBER[kind], number=number)
    return found[0]


def _results(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of an answer that have an id."""
    found = answer["results"]
    return [one for one in found if isinstance(one, dict) and isinstance(one.get("id"), int)]


def _same(value: Any, name: str) -> bool:
    return isinstance(value, str) and value.casefold() == name.casefold()


def _taxon(found: dict[str, Any]) -> Taxon:
    common = found.get("preferred_common_name") or ""
    return Taxon(found["id"], str(found.get("name") or ""), str(found.get("rank") or ""), common)


def _place(found: dict[str, Any]) -> GeographicPlace:
    return GeographicPlace(found["id"], str(found.get("display_name") or found.get("name") or ""))


def _offer(near: Iterable[Taxon | GeographicPlace]) -> str:
    return ", ".join(f"{one} = {one.number}" for one in islice(near, _OFFERED))
