"""The parts of names, and authors that are the same."""

import pytest

from engine.taxonomy.parsing import is_same_author, key_of, parse_name


@pytest.mark.parametrize(
    ("text", "name", "author"),
    [
        ("Rosa canina", "Rosa canina", ""),
        ("rosa_canina", "Rosa canina", ""),
        ("Aster alpinus L. f.", "Aster alpinus", "L. f."),
        ("Aster alpinus L. f. ex Willd.", "Aster alpinus", "L. f. ex Willd."),
        ("Aster alpinus f. albus Voss", "Aster alpinus f. albus", "Voss"),
        ("Aster alpinus de Vries", "Aster alpinus", "de Vries"),
        ("Rosa canina (Thuill.) Parm.", "Rosa canina", "(Thuill.) Parm."),
        ("Rosa canina L. ssp. alba Desv.", "Rosa canina subsp. alba", "Desv."),
        ("Quercus ilex ballota Samp.", "Quercus ilex ballota", "Samp."),
        ("×Cuprocyparis leylandii Farjon", "× Cuprocyparis leylandii", "Farjon"),
        ("Mentha ×piperita L.", "Mentha × piperita", "L."),
    ],
)
def test_a_name_is_told_from_its_author(text: str, name: str, author: str) -> None:
    parsed = parse_name(text)
    assert parsed is not None
    assert (parsed.name, parsed.author, parsed.is_formula) == (name, author, False)


@pytest.mark.parametrize("text", ["", "Rosa", "Rosa sp.", "Rosa sp. 2", "x" * 300, "\x00 a"])
def test_what_names_no_species_has_no_parts(text: str) -> None:
    assert parse_name(text) is None


@pytest.mark.parametrize("text", ["Salix alba × fragilis", "Salix alba x Salix fragilis"])
def test_a_hybrid_named_by_its_parents_is_a_formula(text: str) -> None:
    parsed = parse_name(text)
    assert parsed is not None and parsed.is_formula


@pytest.mark.parametrize(
    "other", ["Mentha piperita", "mentha × Piperita", "Mentha pipérita", "Mentha pipe-rita"]
)
def test_one_key_stands_for_all_ways_to_write_a_name(other: str) -> None:
    assert key_of(other) == key_of("Mentha × piperita")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("L.", "Linnaeus, 1753", True),
        ("L.", "Lam.", False),
        ("L.", "L.f.", False),
        ("Mill.", "Miller", True),
        ("(L.) Mill.", "Mill.", True),
        ("DC.", "D.C.", True),
        ("", "L.", False),
        ("Mill.", "Michx.", False),
    ],
)
def test_authors_are_compared_apart_from_abbreviation(one: str, other: str, same: bool) -> None:
    assert is_same_author(one, other) is same
