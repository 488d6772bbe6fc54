"""The photograph that a row of named values describes."""

from typing import Any

import pytest

from engine.catalogue.readers.row_fields import photograph_in
from engine.catalogue.record import Photograph
from engine.language.message import Message
from tests.catalogue.readers.conftest import extra_of


def made(row: dict[str, Any], species: str = "") -> Photograph:
    found = photograph_in(row, "data", species)
    assert isinstance(found, Photograph)
    return found


@pytest.mark.parametrize(
    ("row", "species"),
    [
        ({"scientificName": "Rosa canina", "class": "Magnoliopsida"}, "Rosa canina"),
        ({"label": 0, "class_name": "Rosa canina"}, "Rosa canina"),
        ({"label": "0", "text": "a rose"}, "Bellis perennis"),
        ({"class": "Magnoliopsida", "order": "Rosales"}, "Bellis perennis"),
        ({"name": "photograph 7"}, "Bellis perennis"),
        ({"genus": "Rosa", "species": "canina"}, "Rosa canina"),
        ({"taxon": "Rosa canina andegavensis", "rank": "variety"}, "Rosa canina"),
    ],
)
def test_the_species_is_found(row: dict[str, Any], species: str) -> None:
    assert made(row, "Bellis perennis").species == species


def test_a_name_counts_where_nothing_else_names_the_species() -> None:
    assert made({"name": "Rosa canina"}).species == "Rosa canina"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"label": 3}, "Its class is a number, and no names of classes are given."),
        ({"name": 3}, "Its class is a number, and no names of classes are given."),
        ({"caption": "a rose"}, "It has no species name."),
        ({"taxon": "Rosa", "rank": "GENUS"}, "It is identified only to the rank of genus."),
    ],
)
def test_a_row_without_a_species_is_refused(row: dict[str, Any], why: str) -> None:
    found = photograph_in(row, "data")
    assert isinstance(found, Message) and found.in_english() == why


def test_addresses_of_web_pages_do_not_join_photographs() -> None:
    page = "https://www.inaturalist.org/observations/1"
    picture = "https://a.org/photos/1/original.jpg?1400"
    assert made({"species": "a b", "url": page}).url == ""
    assert made({"species": "a b", "url": page, "image_url": "https://a.org/x"}).url == (
        "https://a.org/x"
    )
    assert made({"species": "a b", "url": picture}).url == picture
    assert made({"species": "a b", "url": "file:///a.jpg"}).url == ""


def test_other_fields_are_kept_under_the_agreed_names() -> None:
    row = {
        "species": "Rosa canina",
        "decimalLatitude": "40.5",
        "lon": float("nan"),
        "eventDate": "2020-01-01",
        "split": "validation",
        "license": 3,
        "elevation": 7,
        "place_guess": "Madrid\tEspaña",
    }
    assert extra_of(made(row)) == {
        "latitude": 40.5,
        "observed_on": "2020-01-01",
        "part": "val",
        "elevation": 7.0,
        "place": "Madrid España",
    }
    assert made(row).license == ""
