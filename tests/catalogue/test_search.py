"""Search for names of species and families, in every store."""

import pytest

from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue, Filter


@pytest.fixture
def catalogue(either: Catalogue) -> Catalogue:
    return either


def photograph(image_id: str, species: str) -> Photograph:
    return Photograph(image_id, species, source="test")


@pytest.mark.parametrize(
    "text", ["ölweide", "ÖLWEIDE", "olwei", "o\u0308lweide", "  Ölweide ", "EL", "100%", "'--", "×"]
)
def test_a_search_ignores_case_and_accents_in_names(catalogue: Catalogue, text: str) -> None:
    catalogue.add([photograph("1", "Ölweide × EL 100% '--"), photograph("2", "Acer")])
    found = catalogue.page(Filter(text=text), None, 10).photographs
    assert [one.image_id for one in found] == ["1"]


@pytest.mark.parametrize("text", ["", "  ", "_"])
def test_an_empty_search_finds_everything(catalogue: Catalogue, text: str) -> None:
    catalogue.add([photograph("1", "Acer"), photograph("2", "Bellis")])
    assert len(list(catalogue.all(Filter(text=text)))) == 2


@pytest.mark.parametrize("text", ["A_er", "A%r", "%", "*"])
def test_a_search_has_no_wildcards(catalogue: Catalogue, text: str) -> None:
    catalogue.add([photograph("1", "Acer campestre")])
    assert list(catalogue.all(Filter(text=text))) == []
