"""Normalised species names, and the forms used by the search."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.catalogue.names import LONGEST_SPECIES, genus_of, search_form, species_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bellis perennis", "Bellis perennis"),
        ("  Bellis \t perennis\n", "Bellis perennis"),
        ("Common_Chickweed", "Common Chickweed"),
        ("Rosa ha\u0308rdii", "Rosa härdii"),
        ("Aesculus × carnea", "Aesculus × carnea"),
        ("Salix alba/fragilis", "Salix alba/fragilis"),
        ("玫瑰", "玫瑰"),
        ("x" * LONGEST_SPECIES, "x" * LONGEST_SPECIES),
        ("BELLIS PERENNIS", "Bellis perennis"),
        ("bellis perennis", "Bellis perennis"),
        ("daisy", "daisy"),
        ("Aesculus x carnea", "Aesculus × carnea"),
        ("Aesculus X carnea", "Aesculus × carnea"),
        ("Aesculus ×carnea", "Aesculus × carnea"),
        ("x fatshedera lizei", "× Fatshedera lizei"),
        ("x", "x"),
        ("Rosa cf. canina", "Rosa canina"),
        ("Rosa aff canina", "Rosa canina"),
        ("Rosa spec.", "Rosa sp."),
        ("Rosa spp", "Rosa sp."),
        ("Rosa sp. 2", "Rosa sp."),
        (
            "Brassica oleracea ssp oleracea var. botrytis",
            "Brassica oleracea subsp. oleracea var. botrytis",
        ),
    ],
)
def test_every_spelling_has_one_normal_form(text: str, name: str) -> None:
    assert species_name(text).species == name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no species name"),
        (" _\t", "no species name"),
        ("x" * (LONGEST_SPECIES + 1), "longer than 200 characters"),
        ("Bellis\x00perennis", "control characters"),
        ("Bellis\x1bperennis", "control characters"),
        ("Bellis \udcff", "control characters"),
    ],
)
def test_text_that_names_no_species_is_rejected(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        species_name(text)


@given(some.text(max_size=50))
def test_normalisation_is_idempotent(text: str) -> None:
    try:
        name = species_name(text)
    except ValueError:
        return
    assert species_name(name.species).species == name.species


@pytest.mark.parametrize(
    ("name", "genus"),
    [
        ("Bellis perennis", "Bellis"),
        ("daisy", ""),
        ("× Fatshedera lizei", "Fatshedera"),
        ("Aesculus × carnea", "Aesculus"),
        ("Rosa sp.", "Rosa"),
    ],
)
def test_the_genus_is_the_first_word_of_several(name: str, genus: str) -> None:
    assert species_name(name).genus == genus_of(name) == genus


def test_an_uncertain_name_is_marked() -> None:
    doubtful = ("Rosa cf. canina", "Rosa aff. canina", "Rosa sp.", "Rosa sp. 2")
    assert all(species_name(name).doubtful for name in doubtful)
    assert not species_name("Rosa canina subsp. canina").doubtful


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("ÖLWEIDE", "olweide"),
        ("Härdii", "ha\u0308rdii"),
        ("São  João", "sao joao"),
        ("Straße", "STRASSE"),
    ],
)
def test_a_search_ignores_case_and_accents(text: str, other: str) -> None:
    assert search_form(text) == search_form(other)
