"""The iNaturalist API on loopback: its data, and its faults on request."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from tests.download.server import Behaviour, Request, Server, Wire, body

PLANTS = 47126
DAISY = {"id": 55563, "name": "Bellis perennis", "rank": "species", "rank_level": 10}
DAISIES = {"id": 47604, "name": "Asteraceae", "rank": "family", "rank_level": 30}
_LIMIT_OF_PAGES = 10_000


class Inaturalist:
    """Serves `observations`, `taxa` and `places`. `faults` are returned first, one per request."""

    def __init__(self) -> None:
        self.observations: list[Any] = []
        self.taxa: list[dict[str, Any]] = []
        self.places: list[dict[str, Any]] = []
        self.faults: list[Behaviour] = []
        self.server = Server()
        self.server.otherwise = self._answer

    @property
    def address(self) -> str:
        return self.server.url("/v1")

    @property
    def pages(self) -> list[dict[str, str]]:
        """The parameters of the requested pages of observations, in order."""
        asked = [urlsplit(request.path) for request in self.server.requests]
        found = [dict(parse_qsl(one.query)) for one in asked if one.path == "/v1/observations"]
        return [one for one in found if one["per_page"] != "0"]

    def close(self) -> None:
        self.server.close()

    def _answer(self, wire: Wire, request: Request) -> None:
        if self.faults:
            self.faults.pop(0)(wire, request)
            return
        path = urlsplit(request.path)
        asked = dict(parse_qsl(path.query))
        _, _, *parts = path.path.split("/")
        match parts:
            case ["observations"]:
                self._observations(asked)(wire, request)
            case ["observations", "species_counts"]:
                species = {one["taxon"]["id"] for one in self._found(asked) if one.get("taxon")}
                told([], len(species))(wire, request)
            case ["taxa"]:
                told(by_name(self.taxa, asked["q"], ("name", "matched_term")))(wire, request)
            case ["places", "autocomplete"]:
                told(by_name(self.places, asked["q"], ("display_name",)))(wire, request)
            case ["taxa" | "places" as kind, number]:
                there = [one for one in getattr(self, kind) if one["id"] == int(number)]
                told(there)(wire, request)
            case _:
                body(b'{"error":"Not Found","status":404}', 404)(wire, request)

    def _observations(self, asked: Mapping[str, str]) -> Behaviour:
        page, size = int(asked.get("page", 1)), int(asked.get("per_page", 30))
        if page * size > _LIMIT_OF_PAGES:
            return body(b'{"error":"Result window is too large","status":403}', 403)
        found = self._found(asked)
        start = (page - 1) * size
        return told(found[start : start + size], len(found))

    def _found(self, asked: Mapping[str, str]) -> list[Any]:
        above = int(asked.get("id_above", 0))
        licences = asked.get("photo_license", "")
        later = [one for one in self.observations if (one.get("id") or above + 1) > above]
        return [
            one
            for one in later
            if asked.get("quality_grade") in (None, one.get("quality_grade"))
            and int(asked.get("place_id", 0)) in (0, *one.get("place_ids", []))
            and (not licences or has_licence(one, licences.split(",")))
        ]


def has_licence(observation: Mapping[str, Any], licences: list[str]) -> bool:
    there = [photo.get("license_code") for photo in observation.get("photos") or []]
    return not there or any(licence in licences for licence in there)


def told(results: list[Any], total: int | None = None) -> Behaviour:
    """A response in the common format of the API."""
    total = len(results) if total is None else total
    answer = {"total_results": total, "page": 1, "per_page": len(results), "results": results}
    return body(orjson.dumps(answer), content_type="application/json; charset=utf-8")


def by_name(there: list[dict[str, Any]], name: str, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    """The entries whose names start with this text, like a search with suggestions."""
    word = name.casefold()
    return [one for one in there if any(word[:4] in str(one.get(key)).casefold() for key in keys)]


def taxon(number: int, name: str, rank: str = "species", **values: Any) -> dict[str, Any]:
    """A taxon in the format of a search result."""
    return {
        "id": number,
        "name": name,
        "rank": rank,
        "matched_term": name,
        "iconic_taxon_name": "Plantae",
        "is_active": True,
    } | values


def observation(number: int, photos: int = 1, **values: Any) -> dict[str, Any]:
    """A daisy observation in the format of the API."""
    return {
        "id": number,
        "quality_grade": "research",
        "captive": False,
        "place_ids": [7],
        "license_code": "cc-by-nc",
        "taxon": DAISY | {"ancestor_ids": [PLANTS, DAISIES["id"], DAISY["id"]]},
        "user": {"id": number % 5, "login": f"observer{number % 5}", "name": None},
        "identifications": [
            {"id": number, "taxon": DAISY | {"ancestors": [{"id": PLANTS}, DAISIES]}}
        ],
        "photos": [photo(number * 10 + place) for place in range(photos)],
    } | values


def photo(number: int, **values: Any) -> dict[str, Any]:
    """A photograph of an observation in the format of the API."""
    return {
        "id": number,
        "license_code": "cc-by",
        "attribution": f"(c) someone, some rights reserved (CC BY), photograph {number}",
        "url": f"https://inaturalist-open-data.s3.amazonaws.com/photos/{number}/square.jpg",
        "original_dimensions": {"width": 4096, "height": 3072},
        "flags": [],
        "moderator_actions": [],
        "hidden": False,
    } | values
