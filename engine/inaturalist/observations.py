"""Parsing an observation from the API: its photographs, or why they are refused."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from engine.catalogue.importing import Candidate, Refusal, refused
from engine.catalogue.record import Photograph
from engine.download.variants import LONGEST_SIDE
from engine.inaturalist.search import ALL_RIGHTS_RESERVED
from engine.language.message import message

_SPECIES_LEVEL = 10
_CROSS = "×"
# The API returns the address of one size; the others differ only in the name of the size.
_SIZED = re.compile(r"(/photos/\d+/)(?:square|thumb|small|medium|large|original)(\.\w+)")


class Families:
    """Names of families by number, collected from identifications.

    An observation's own taxon lists its ancestors by number only; the taxa of its
    identifications list them with names.
    """

    def __init__(self) -> None:
        self._names: dict[int, str] = {}

    def learn(self, observation: Mapping[str, Any]) -> None:
        for identification in _list(observation.get("identifications")):
            for ancestor in _list(_group(_group(identification).get("taxon")).get("ancestors")):
                if _group(ancestor).get("rank") == "family" and _is_number(ancestor.get("id")):
                    self._names[ancestor["id"]] = _text(ancestor.get("name"))

    def of(self, taxon: Mapping[str, Any]) -> str:
        """The name of the taxon's family; empty if unknown."""
        numbers = _list(taxon.get("ancestor_ids"))
        known = (self._names.get(one) for one in numbers if _is_number(one))
        return next(filter(None, known), "")


def observation_photographs(
    observation: Mapping[str, Any], licences: Collection[str], families: Families, source: str
) -> Iterator[Candidate | Refusal]:
    """An observation's photographs with these licences, and the refused ones."""
    origin = f"observations/{observation.get('id')}"
    taxon = _group(observation.get("taxon"))
    families.learn(observation)
    species = species_of(taxon)
    if not species:
        rank = _text(taxon.get("rank"))
        if rank:
            yield refused(
                origin, message("It is identified only to the rank of {rank}.", rank=rank)
            )
        else:
            yield refused(origin, message("It is not identified."))
        return
    photographs = _list(observation.get("photos"))
    if not photographs:
        yield refused(origin, message("It no longer has a photograph."))
    login = _text(_group(observation.get("user")).get("login"))
    shared = Photograph(
        image_id="",
        species=species,
        family=families.of(taxon),
        source=source,
        observation_id=str(observation.get("id")),
        observer=login,
    )
    for photograph in photographs:
        yield _photograph(_group(photograph), shared, licences, origin)


def species_of(taxon: Mapping[str, Any]) -> str:
    """The species name of a taxon; empty for ranks above species.

    A subspecies or variety counts as its species: the name's first two words, and the × of a
    hybrid between them.
    """
    name, level = _text(taxon.get("name")), taxon.get("rank_level")
    if not name or not isinstance(level, (int, float)) or level > _SPECIES_LEVEL:
        return ""
    words = name.split()
    return " ".join(words[: 3 if _CROSS in words[:2] else 2]) if level < _SPECIES_LEVEL else name


def _photograph(
    data: Mapping[str, Any], shared: Photograph, licences: Collection[str], origin: str
) -> Candidate | Refusal:
    number = data.get("id")
    origin = f"{origin} photos/{number}"
    licence = _text(data.get("license_code")).lower() or ALL_RIGHTS_RESERVED
    url = _text(data.get("url"))
    flags = [flag for flag in _list(data.get("flags")) if not _group(flag).get("resolved")]
    hidden = any(
        _group(act).get("action") == "hide" for act in _list(data.get("moderator_actions"))
    )
    if not isinstance(number, int):
        return refused(origin, message("It has no number."))
    if hidden or "copyright-infringement" in url:
        return refused(origin, message("It was taken down."))
    if any(_group(flag).get("flag") == "copyright infringement" for flag in flags):
        return refused(origin, message("It is flagged for copyright infringement."))
    if licence not in licences:
        return refused(
            origin, message("Its licence, {licence}, is not among those chosen.", licence=licence)
        )
    sized = _SIZED.search(url)
    if sized is None:
        return refused(origin, message("It was deleted, or is not on the servers of iNaturalist."))
    width, height = _dimensions(_group(data.get("original_dimensions")))
    photograph = shared._replace(
        image_id=f"inaturalist-{number}",
        url=_SIZED.sub(r"\1original\2", url),
        license=licence,
        attribution=_text(data.get("attribution")) or f"© {shared.observer}",
        width=width,
        height=height,
    )
    return Candidate(photograph, origin)


def _dimensions(data: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height in pixels of the served file, 0 if unknown."""
    width, height = data.get("width"), data.get("height")
    if not isinstance(width, int) or not isinstance(height, int) or min(width, height) < 1:
        return 0, 0
    scale = min(1.0, LONGEST_SIDE["original"] / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _group(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _is_number(value: Any) -> bool:
    return isinstance(value, int)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""
