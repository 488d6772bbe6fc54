"""Resolving names: synonyms, authors, hybrids, ranks, homonyms and misspellings."""

from pathlib import Path

import pytest

from engine.home import Home
from engine.taxonomy.resolve import Resolver
from engine.taxonomy.store import add_table, open_taxonomy
from tests.taxonomy.conftest import Resolve
from tests.taxonomy.tables import Name, write_wfo


@pytest.mark.parametrize(
    ("given", "species", "reasons"),
    [
        ("Rosa canina", "Rosa canina", ()),
        ("Rosa canina L.", "Rosa canina", ("author",)),
        ("Rosa canina Linnaeus, 1753", "Rosa canina", ("author",)),
        ("Rosa dumetorum", "Rosa canina", ("synonym", "rank")),
        ("Rosa canina var. dumetorum", "Rosa canina", ("rank",)),
        ("Rosa canina L. var. dumetorum (Thuill.) Parm.", "Rosa canina", ("author", "rank")),
        ("Rosa canina dumetorum", "Rosa canina", ("rank",)),
        ("Mentha piperita", "Mentha × piperita", ("hybrid",)),
        ("Mentha x piperita L.", "Mentha × piperita", ("author",)),
        ("Quercus ilex ssp. ballota", "Quercus rotundifolia", ("synonym",)),
        ("Chrysanthemum leucanthemum", "Leucanthemum vulgare", ("synonym",)),
        ("X Cuprocyparis leylandii", "× Cuprocyparis leylandii", ()),
        ("Cuprocyparis leylandii", "× Cuprocyparis leylandii", ("hybrid",)),
        ("Arctostaphylos uva ursi", "Arctostaphylos uva-ursi", ("spelling",)),
        ("Salvia alba Mill.", "Salvia nemorosa", ("synonym", "author")),
        ("Senecio jacobaea L.", "Jacobaea vulgaris", ("synonym", "author")),
        ("Senecio jacobaea Huds.", "Jacobaea aquatica", ("synonym", "author")),
    ],
)
def test_a_name_that_leads_to_one_plant_is_certain(
    resolve: Resolve, given: str, species: str, reasons: tuple[str, ...]
) -> None:
    found = resolve(given)
    assert (found.state, found.species, found.reasons) == ("certain", species, reasons)


def test_genus_and_family_are_those_of_the_accepted_name(resolve: Resolve) -> None:
    found = resolve("Cuprocyparis leylandii")
    assert (found.genus, found.family) == ("Cuprocyparis", "Cupressaceae")
    assert resolve("Senecio jacobaea L.").genus == "Jacobaea"


@pytest.mark.parametrize(
    ("given", "candidates"),
    [
        ("Senecio jacobaea", ("Jacobaea aquatica", "Jacobaea vulgaris")),
        ("Senecio jacobaea Poir.", ("Jacobaea aquatica", "Jacobaea vulgaris")),
        ("Salvia alba Vahl", ("Salvia alba", "Salvia nemorosa")),
    ],
)
def test_a_name_of_several_plants_is_ambiguous(
    resolve: Resolve, given: str, candidates: tuple[str, ...]
) -> None:
    found = resolve(given)
    assert (found.state, found.species, found.candidates) == ("ambiguous", "", candidates)


def test_an_accepted_name_stays_although_a_homonym_is_a_synonym(resolve: Resolve) -> None:
    found = resolve("Salvia alba")
    assert (found.state, found.species, found.reasons) == ("certain", "Salvia alba", ())


@pytest.mark.parametrize(
    ("given", "species", "reason"),
    [
        ("Rosa canena", "Rosa canina", "spelling"),
        ("Roza canina", "Rosa canina", "spelling"),
        ("Leucanthemum vulgaris", "Leucanthemum vulgare", "spelling"),
        ("Crysanthemum leucanthemum", "Leucanthemum vulgare", "spelling"),
        ("Rosa canina Lam.", "Rosa canina", "author"),
        ("Rosa canina agg.", "Rosa canina", "author"),
        ("Rosa canina var. nova", "Rosa canina", "rank"),
        ("Rosa canina 'Abbotswood'", "Rosa canina", "rank"),
        ("Salvia dubia K.Koch", "Salvia dubia", "author"),
        ("Aster unknownus Benth.", "Aster unknownus", "author"),
    ],
)
def test_what_may_be_another_plant_is_doubtful(
    resolve: Resolve, given: str, species: str, reason: str
) -> None:
    found = resolve(given)
    assert (found.state, found.species) == ("doubtful", species)
    assert reason in found.reasons


@pytest.mark.parametrize(
    "given",
    [
        "Rosa",
        "Rosa sp.",
        "Salix alba × fragilis",
        "Rosa canina × Rosa gallica",
        "Salix alba",
        "Field rose",
        "\x00",
    ],
)
def test_what_is_no_name_of_the_taxonomy_is_unknown(resolve: Resolve, given: str) -> None:
    assert resolve(given).state == "unknown"


@pytest.mark.parametrize(
    ("given", "species"),
    [
        ("Rosa canina var. dumetorum", "Rosa canina var. dumetorum"),
        ("Rosa dumetorum", "Rosa canina var. dumetorum"),
        ("Quercus ilex subsp. ballota", "Quercus rotundifolia"),
    ],
)
def test_varieties_can_be_kept_as_classes(resolve: Resolve, given: str, species: str) -> None:
    assert resolve(given, keep_ranks=True).species == species


def test_a_variety_of_a_species_that_is_not_accepted_is_doubtful(
    home: Home, tmp_path: Path
) -> None:
    rows: list[Name] = [
        ("1", "Rosa canina", "L.", "species", "", "Rosaceae"),
        ("2", "Rosa prima", "L.", "species", "1", "Rosaceae"),
        ("3", "Rosa prima var. alba", "L.", "variety", "", "Rosaceae"),
    ]
    add_table(home, write_wfo(tmp_path / "classification.csv", rows))
    with open_taxonomy(home) as store:
        assert store is not None
        found = Resolver(store).resolve("Rosa prima var. alba")
    assert (found.state, found.species) == ("doubtful", "Rosa prima")
