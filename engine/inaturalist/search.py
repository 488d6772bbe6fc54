"""What is looked for at iNaturalist, and how much of it there is."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from engine.errors import BadInput
from engine.files import printable
from engine.inaturalist.api import Api
from engine.inaturalist.names import GeographicPlace, Taxon, find_place, find_taxon
from engine.language.message import deferred

Quality = Literal["research", "needs_id", "casual", "any"]

ALL_RIGHTS_RESERVED = deferred("all rights reserved")
OPEN_LICENCES = ("cc0", "cc-by", "cc-by-nc", "cc-by-sa", "cc-by-nd", "cc-by-nc-sa", "cc-by-nc-nd")
LICENCES = (*OPEN_LICENCES, ALL_RIGHTS_RESERVED)
"""Of photographs, from free to closed."""

PER_PAGE = 200


@dataclass(frozen=True)
class Search:
    """Observations with photographs, of a taxon, to species at least.

    `licences` are those of the photographs, not of the observations.
    """

    taxon: Taxon
    place: GeographicPlace | None = None
    quality: Quality = "research"
    licences: tuple[str, ...] = OPEN_LICENCES

    @property
    def parameters(self) -> dict[str, str | int]:
        """As the API takes them."""
        found: dict[str, str | int] = {
            "taxon_id": self.taxon.number,
            "photos": "true",
            "hrank": "species",
        }
        if self.place is not None:
            found["place_id"] = self.place.number
        if self.quality != "any":
            found["quality_grade"] = self.quality
        if ALL_RIGHTS_RESERVED not in self.licences:
            # The API has no word for photographs without a licence: they are told apart here.
            found["photo_license"] = ",".join(self.licences)
        return found


@dataclass(frozen=True)
class SearchEstimate:
    """What a search would find; `pace` is the seconds that a request takes, at the least."""

    taxon: Taxon
    place: GeographicPlace | None
    observations: int
    species: int
    pace: float

    def requests(self, limit: int | None = None) -> int:
        """The most that taking in so many photographs takes, for each observation has one."""
        wanted = self.observations if limit is None else min(self.observations, limit)
        return math.ceil(wanted / PER_PAGE)


def make_search(
    api: Api,
    taxon: str,
    place: str = "",
    quality: str = "research",
    licences: Sequence[str] = OPEN_LICENCES,
) -> Search:
    """A search by names, which are looked up.

    Raises:
        BadInput: a name is not known, or known of several; a word is none of its kind.
        WorkFailed: iNaturalist does not answer.
    """
    grade = _checked_quality(quality)
    chosen = _checked_licences(licences)
    return Search(find_taxon(api, taxon), find_place(api, place), grade, chosen)


def estimate_search(api: Api, search: Search) -> SearchEstimate:
    """How much there is, without taking any of it.

    Raises:
        WorkFailed: iNaturalist does not answer.
    """
    observations = _total(api, "observations", search)
    species = _total(api, "observations/species_counts", search) if observations else 0
    return SearchEstimate(search.taxon, search.place, observations, species, api.pace)


def _total(api: Api, path: str, search: Search) -> int:
    return int(api.ask(path, **search.parameters, per_page=0)["total_results"])


def _checked_quality(word: str) -> Quality:
    for known in get_args(Quality):
        if word == known:
            return known  # type: ignore[no-any-return]
    raise BadInput(
        "“{given}” is not one of {choices}.",
        given=printable(word),
        choices=", ".join(get_args(Quality)),
    )


def _checked_licences(words: Collection[str]) -> tuple[str, ...]:
    words = [word.strip().lower() for word in words if word.strip()]
    wrong = [word for word in words if word not in LICENCES]
    if wrong:
        raise BadInput(
            "“{given}” is not one of {choices}.",
            given=printable(wrong[0]),
            choices=", ".join(LICENCES),
        )
    if not words:
        raise BadInput("Choose at least one licence.")
    return tuple(licence for licence in LICENCES if licence in words)
