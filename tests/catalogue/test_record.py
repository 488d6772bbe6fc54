"""Names of species in one form, and identities that last."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.catalogue.record import (
    LONGEST_SPECIES,
    genus_of,
    image_id_of,
    search_form,
    species_name,
)


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
    ],
)
def test_a_name_has_one_form(text: str, name: str) -> None:
    assert species_name(text) == name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "names no species"),
        (" _\t", "names no species"),
        ("x" * (LONGEST_SPECIES + 1), "longer than 200 characters"),
        ("Bellis\x00perennis", "no text"),
        ("Bellis\x1bperennis", "no text"),
        ("Bellis \udcff", "no text"),
    ],
)
def test_what_names_no_species_is_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        species_name(text)


@given(some.text(max_size=50))
def test_the_form_of_a_form_is_itself(text: str) -> None:
    try:
        name = species_name(text)
    except ValueError:
        return
    assert species_name(name) == name


def test_the_genus_is_the_first_of_several_words() -> None:
    assert genus_of("Bellis perennis") == "Bellis"
    assert genus_of("daisy") == ""


def test_an_identity_depends_on_every_part_and_on_where_it_ends() -> None:
    assert image_id_of("a", "b") == image_id_of("a", "b")
    assert len({image_id_of("a", "b"), image_id_of("ab", ""), image_id_of("a", "c")}) == 3
    assert len(image_id_of("a")) == 20


def test_a_files_name_that_is_no_text_has_an_identity() -> None:
    assert image_id_of("b\udcff.jpg") != image_id_of("b\udcfe.jpg")


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("ÖLWEIDE", "olweide"),
        ("Härdii", "ha\u0308rdii"),
        ("São  João", "sao joao"),
        ("Straße", "STRASSE"),
    ],
)
def test_a_search_knows_neither_case_nor_accents(text: str, other: str) -> None:
    assert search_form(text) == search_form(other)
