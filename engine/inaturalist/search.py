"""Searches of iNaturalist, and estimates of their size."""

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
"""The licences of photographs, from free to all rights reserved."""

PER_PAGE = 200


@dataclass(frozen=True)
class Search:
    """Observations of a taxon with photographs, identified to species or lower.

    `licences` apply to the photographs, not to the observations.
    """

    taxon: Taxon
    place: GeographicPlace | None = None
    quality: Quality = "research"
    licences: tuple[str, ...] = OPEN_LICENCES

    @property
    def parameters(self) -> dict[str, str | int]:
        """The search as the API's query parameters."""
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
            # The API cannot filter for photographs without a licence; the import filters them.
            found["photo_license"] = ",".join(self.licences)
        return found


@dataclass(frozen=True)
class SearchEstimate:
    """The size of a search; `pace` is the minimum time per request in seconds."""

    taxon: Taxon
    place: GeographicPlace | None
    observations: int
    species: int
    pace: float

    def requests(self, limit: int | None = None) -> int:
        """The maximum number of requests to import `limit` photographs.

        Each observation has at least one photograph.
        """
        wanted = self.observations if limit is None else min(self.observations, limit)
        return math.ceil(wanted / PER_PAGE)


def make_search(
    api: Api,
    taxon: str,
    place: str = "",
    quality: str = "research",
    licences: Sequence[str] = OPEN_LICENCES,
) -> Search:
    """Make a search from names, which are looked up.

    Raises:
        BadInput: a name is unknown or ambiguous, or a quality or licence is invalid.
        WorkFailed: iNaturalist does not answer.
    """
    grade = _checked_quality(quality)
    chosen = _checked_licences(licences)
    return Search(find_taxon(api, taxon), find_place(api, place), grade, chosen)


def estimate_search(api: Api, search: Search) -> SearchEstimate:
    """Estimate the size of a search without importing.

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
