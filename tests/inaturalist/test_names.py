"""Taxa and places by name or number, and messages for names that are not found."""

import pytest

from engine.errors import BadInput
from engine.inaturalist.api import Api
from engine.inaturalist.names import GeographicPlace, Taxon, find_place, find_taxon
from engine.inaturalist.search import make_search
from tests.inaturalist.server import Inaturalist, taxon


@pytest.mark.parametrize("typed", ["Bellis perennis", "  bellis   PERENNIS ", "55563"])
def test_a_taxon_is_found_by_its_scientific_name_or_number(api: Api, typed: str) -> None:
    found = find_taxon(api, typed)
    assert found == Taxon(55563, "Bellis perennis", "species", "Lawn Daisy")
    assert str(found) == "Bellis perennis (Lawn Daisy)"


def test_a_taxon_is_found_by_a_common_name(api: Api, inaturalist: Inaturalist) -> None:
    inaturalist.taxa = [taxon(1, "Quercus robur", matched_term="Stieleiche")]
    assert find_taxon(api, "stieleiche").number == 1


def test_the_plant_is_chosen_from_two_taxa_of_the_same_name(
    api: Api, inaturalist: Inaturalist
) -> None:
    inaturalist.taxa = [
        taxon(1, "Prunella", "genus", iconic_taxon_name="Aves"),
        taxon(2, "Prunella", "genus"),
    ]
    found = find_taxon(api, "Prunella")
    assert (found.number, str(found)) == (2, "genus Prunella")


def test_a_misspelt_taxon_is_reported_with_similar_names(api: Api) -> None:
    with pytest.raises(BadInput, match=r"nothing called Bellis peren\. .* \(Lawn Daisy\) = 55563"):
        find_taxon(api, "Bellis peren")
    with pytest.raises(BadInput, match="has nothing called Xyz\\."):
        find_taxon(api, "Xyz")
    with pytest.raises(BadInput, match="no taxon with the number 9"):
        find_taxon(api, "9")
    with pytest.raises(BadInput, match="Type a taxon"):
        find_taxon(api, " ")


def test_places_of_one_name_are_distinguished_by_their_full_name(
    api: Api, inaturalist: Inaturalist
) -> None:
    inaturalist.places = [
        {"id": 7, "name": "Georgia", "display_name": "Georgia"},
        {"id": 8, "name": "Georgia", "display_name": "Georgia, US"},
        {"id": 9, "name": "Springfield", "display_name": "Springfield, OH"},
        {"id": 10, "name": "Springfield", "display_name": "Springfield, IL"},
    ]
    assert find_place(api, "georgia") == GeographicPlace(7, "Georgia")
    assert find_place(api, "Georgia, US") == GeographicPlace(8, "Georgia, US")
    assert find_place(api, "8") == GeographicPlace(8, "Georgia, US")
    assert find_place(api, "  ") is None
    with pytest.raises(BadInput, match=r"several called Springfield\. .*OH = 9, .*IL = 10"):
        find_place(api, "Springfield")
    with pytest.raises(BadInput, match="nothing called Atlantis"):
        find_place(api, "Atlantis")
    with pytest.raises(BadInput, match="no place with the number 99"):
        find_place(api, "99")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"quality": "good"}, "“good” is not one of research"),
        ({"licences": ["cc-by", "gpl"]}, "“gpl” is not one of cc0"),
        ({"licences": []}, "Choose at least one licence"),
    ],
)
def test_other_parameters_are_validated_before_any_request(
    api: Api, inaturalist: Inaturalist, words: dict[str, object], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        make_search(api, "Bellis perennis", **words)
    assert inaturalist.server.requests == []
