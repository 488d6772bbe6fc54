"""The names in the home: their origin, chains of synonyms, and what replaces them."""

from pathlib import Path

import pytest

from engine.errors import BadInput, WorkFailed
from engine.home import Home
from engine.taxonomy.parsing import key_of
from engine.taxonomy.store import TaxonomyStore, add_table, open_taxonomy
from tests.taxonomy.tables import NAMES, Name, write_gbif, write_wfo


def test_the_origin_of_the_names_is_kept(names: TaxonomyStore) -> None:
    about = names.about
    assert (about.shape, about.title, about.version) == ("wfo", "World Flora Online", "2025-06")
    assert (about.file, about.names) == ("classification.csv", len(NAMES) - 1)


def test_a_synonym_of_a_synonym_leads_to_the_accepted_name(names: TaxonomyStore) -> None:
    (sense,) = names.senses(key_of("Chrysanthemum leucanthemum"))
    assert (sense.status, sense.accepted) == ("synonym", "Leucanthemum vulgare")


def test_a_synonym_in_a_circle_or_without_its_accepted_name_is_unplaced(
    home: Home, tmp_path: Path
) -> None:
    rows: list[Name] = [
        ("1", "Rosa canina", "L.", "species", "", "Rosaceae"),
        ("2", "Rosa prima", "L.", "species", "3", "Rosaceae"),
        ("3", "Rosa secunda", "L.", "species", "2", "Rosaceae"),
        ("4", "Rosa tertia", "L.", "species", "77", "Rosaceae"),
    ]
    add_table(home, write_wfo(tmp_path / "classification.csv", rows))
    with open_taxonomy(home) as store:
        assert store is not None
        for name in ("Rosa prima", "Rosa secunda", "Rosa tertia"):
            (sense,) = store.senses(key_of(name))
            assert (sense.status, sense.accepted) == ("unplaced", name)


def test_an_author_within_a_name_and_a_formula_are_left_out(home: Home, tmp_path: Path) -> None:
    rows: list[Name] = [
        ("1", "Rosa canina", "L.", "species", "", "Rosaceae"),
        ("2", "Rosa canina L. var. canina", "", "variety", "", "Rosaceae"),
        ("3", "Rosa canina × Rosa gallica", "", "hybrid", "", "Rosaceae"),
    ]
    add_table(home, write_gbif(tmp_path / "Taxon.tsv", rows))
    with open_taxonomy(home) as store:
        assert store is not None and store.about.names == 2
        assert [one.name for one in store.senses(key_of("Rosa canina var. canina"))] == [
            "Rosa canina var. canina"
        ]


def test_a_new_table_replaces_the_one_before(names: TaxonomyStore, home: Home) -> None:
    rows: list[Name] = [("1", "Acer campestre", "L.", "species", "", "Sapindaceae")]
    add_table(home, write_gbif(home.root / "Taxon.tsv", rows), "2023")
    with open_taxonomy(home) as store:
        assert store is not None
        assert (store.about.shape, store.about.names) == ("gbif", 1)
        assert not store.senses(key_of("Rosa canina"))
    # Who reads the old names meanwhile goes on.
    assert names.senses(key_of("Rosa canina"))


def test_a_table_without_plants_leaves_the_names_as_they_are(
    names: TaxonomyStore, home: Home
) -> None:
    with pytest.raises(BadInput, match="has no plants"):
        add_table(home, write_gbif(home.root / "Taxon.tsv", []))
    with open_taxonomy(home) as store:
        assert store is not None and store.about == names.about
    assert [file.name for file in home.data.iterdir()] == ["taxonomy.sqlite"]


def test_a_damaged_database_is_reported(home: Home) -> None:
    home.taxonomy.write_bytes(b"no database" * 1_000)
    with pytest.raises(WorkFailed, match=r"taxonomy\.sqlite"), open_taxonomy(home):
        pass
