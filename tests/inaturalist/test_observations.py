"""Fields read from an observation, and rejections with their reasons."""

from typing import Any

import pytest

from engine.catalogue.importing import Candidate, Refusal
from engine.inaturalist.observations import Families, observation_photographs, species_of
from engine.inaturalist.search import LICENCES, OPEN_LICENCES
from tests.inaturalist.server import observation, photo


def read(told: Any, licences: tuple[str, ...] = OPEN_LICENCES) -> list[Candidate | Refusal]:
    return list(observation_photographs(told, licences, Families(), "inaturalist"))


def test_a_photograph_is_read_with_all_metadata_that_its_use_requires() -> None:
    (found,) = read(observation(12))
    assert isinstance(found, Candidate)
    one = found.photograph
    assert (one.image_id, one.observation_id, one.observer) == (
        "inaturalist-120",
        "12",
        "observer2",
    )
    assert (one.species, one.family) == ("Bellis perennis", "Asteraceae")
    assert (one.license, one.source) == ("cc-by", "inaturalist")
    assert one.attribution.startswith("(c) someone, some rights reserved (CC BY)")
    assert one.url == "https://inaturalist-open-data.s3.amazonaws.com/photos/120/original.jpg"
    assert (one.width, one.height) == (2048, 1536)


def test_every_photograph_of_an_observation_is_a_separate_record() -> None:
    found = [item.photograph for item in read(observation(3, photos=4))]
    assert [one.image_id for one in found] == [f"inaturalist-{number}" for number in range(30, 34)]
    assert {one.observation_id for one in found} == {"3"}


@pytest.mark.parametrize(
    ("name", "level", "species"),
    [
        ("Bellis perennis", 10, "Bellis perennis"),
        ("Mentha × piperita", 10, "Mentha × piperita"),
        ("Rosa canina canina", 5, "Rosa canina"),
        ("Mentha × piperita citrata", 5, "Mentha × piperita"),
        ("Bellis", 20, ""),
        ("Asteraceae", 30, ""),
        ("", 10, ""),
        (None, None, ""),
    ],
)
def test_taxa_above_species_have_no_name_and_taxa_below_count_as_the_species(
    name: str | None, level: int | None, species: str
) -> None:
    assert species_of({"name": name, "rank_level": level}) == species


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (observation(1, taxon=None), "It is not identified."),
        (
            observation(1, taxon={"name": "Bellis", "rank": "genus", "rank_level": 20}),
            "It is identified only to the rank of genus.",
        ),
        (observation(1, photos=0), "It no longer has a photograph."),
        (observation(1) | {"photos": None}, "It no longer has a photograph."),
        (observation(1) | {"photos": [None]}, "It has no number."),
        (
            observation(1) | {"photos": [photo(1, license_code=None)]},
            "Its licence, all rights reserved, is not among those chosen.",
        ),
        (
            observation(1)
            | {
                "photos": [
                    photo(1, url="https://www.inaturalist.org/attachment_defaults/square.png")
                ]
            },
            "It was deleted, or is not on the servers of iNaturalist.",
        ),
        (
            observation(1) | {"photos": [photo(1, url=None)]},
            "It was deleted, or is not on the servers of iNaturalist.",
        ),
        (
            observation(1)
            | {
                "photos": [
                    photo(
                        1,
                        url="https://www.inaturalist.org/assets/copyright-infringement-square.png",
                    )
                ]
            },
            "It was taken down.",
        ),
        (
            observation(1) | {"photos": [photo(1, moderator_actions=[{"action": "hide"}])]},
            "It was taken down.",
        ),
        (
            observation(1)
            | {"photos": [photo(1, flags=[{"flag": "copyright infringement", "resolved": False}])]},
            "It is flagged for copyright infringement.",
        ),
    ],
)
def test_invalid_records_are_rejected_with_a_reason(told: Any, reason: str) -> None:
    (found,) = read(told)
    assert isinstance(found, Refusal)
    assert found.reason == reason
    assert "observations/1" in found.origin


def test_a_resolved_flag_rejects_nothing() -> None:
    flags = [{"flag": "copyright infringement", "resolved": True}]
    (found,) = read(observation(1) | {"photos": [photo(1, flags=flags)]})
    assert isinstance(found, Candidate)


def test_a_closed_licence_can_be_requested() -> None:
    told = observation(1) | {"photos": [photo(1, license_code=None)]}
    (found,) = read(told, LICENCES)
    assert isinstance(found, Candidate)
    assert found.photograph.license == "all rights reserved"


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"id": 1, "taxon": [], "photos": {}},
        {"id": 1, "user": "someone", "identifications": "none"},
        observation(1) | {"photos": [photo(1, original_dimensions=None)], "user": None},
        observation(1) | {"identifications": [None, {"taxon": None}], "photos": [3, "x"]},
    ],
)
def test_unusual_records_are_read_or_rejected_without_an_exception(odd: dict[str, Any]) -> None:
    assert read(odd)
