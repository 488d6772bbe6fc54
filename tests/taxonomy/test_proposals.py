"""Proposals for a catalogue, and what accepting them does."""

import pytest

from engine.catalogue.curation import exclude
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Filter
from engine.errors import BadInput
from engine.taxonomy.proposals import (
    Proposal,
    Proposals,
    accept_names,
    choose_proposals,
    propose_names,
)
from engine.taxonomy.store import TaxonomyStore

SPECIES = {
    "Rosa canina": 3,
    "Rosa canina L.": 2,
    "Rosa dumetorum": 1,
    "Rosa canena": 1,
    "Senecio jacobaea": 1,
    "Mentha piperita": 1,
    "Zea mays": 1,
}


@pytest.fixture
def roses(catalogue: SqliteCatalogue) -> SqliteCatalogue:
    """Photographs of `SPECIES`, all with a family."""
    catalogue.add(
        Photograph(f"{name} {n}", name, family="x")
        for name, many in SPECIES.items()
        for n in range(many)
    )
    return catalogue


def by_name(found: Proposals) -> dict[str, Proposal]:
    return {one.old: one for one in found.proposals}


def test_each_species_with_another_accepted_name_is_proposed(
    roses: SqliteCatalogue, names: TaxonomyStore
) -> None:
    exclude(roses, ["Rosa canina L. 0"])
    found = propose_names(roses, names)
    assert (found.compared, found.unknown) == (len(SPECIES), ("Zea mays",))
    assert [one.old for one in found.proposals] == [
        "Rosa canina L.",
        "Mentha piperita",
        "Rosa dumetorum",
        "Rosa canena",
        "Senecio jacobaea",
    ]
    assert by_name(found)["Rosa canina L."] == Proposal(
        "Rosa canina L.", "Rosa canina", "Rosa", "Rosaceae", ("author",), "certain", 2, merges=True
    )
    assert not by_name(found)["Mentha piperita"].merges
    assert by_name(found)["Senecio jacobaea"].new == ""


def test_certain_proposals_are_accepted_and_undone_by_the_history(
    roses: SqliteCatalogue, names: TaxonomyStore
) -> None:
    before = list(roses.all(Filter(excluded=None)))
    changes = accept_names(roses, names, propose_names(roses, names).certain)
    assert roses.count_by("species") == {
        "Rosa canina": 6,
        "Mentha × piperita": 1,
        "Rosa canena": 1,
        "Senecio jacobaea": 1,
        "Zea mays": 1,
    }
    moved = roses.get("Rosa dumetorum 0")
    assert moved is not None
    assert (moved.genus, moved.family, moved.original_name) == (
        "Rosa",
        "Rosaceae",
        "Rosa dumetorum",
    )
    assert {change.action for change in roses.changes()} == {"relabel"}
    assert {change.note for change in changes} == {"World Flora Online 2025-06"}
    assert propose_names(roses, names).certain == []
    for change in reversed(changes):
        roses.undo(change.number)
    assert list(roses.all(Filter(excluded=None))) == before


def test_photographs_of_one_proposal_are_not_moved_by_the_next(
    catalogue: SqliteCatalogue, names: TaxonomyStore
) -> None:
    catalogue.add([Photograph("a", "Rosa prima"), Photograph("b", "Rosa secunda")])
    chain = [("Rosa prima", "Rosa secunda"), ("Rosa secunda", "Rosa canina")]
    made = [Proposal(old, new, "Rosa", "x", ("synonym",), "certain", 1) for old, new in chain]
    accept_names(catalogue, names, made)
    found = {one.image_id: one.species for one in catalogue.all()}
    assert found == {"a": "Rosa secunda", "b": "Rosa canina"}


def test_genus_and_family_are_filled_in_where_they_are_missing(
    catalogue: SqliteCatalogue, names: TaxonomyStore
) -> None:
    catalogue.add([Photograph("a", "Rosa canina"), Photograph("b", "Rosa canina", family="Own")])
    (proposal,) = propose_names(catalogue, names).proposals
    assert (proposal.new, proposal.reasons, proposal.images) == ("Rosa canina", ("family",), 1)
    accept_names(catalogue, names, [proposal])
    assert catalogue.get("a") == Photograph("a", "Rosa canina", "Rosa", "Rosaceae")
    assert catalogue.count_by("family") == {"Rosaceae": 1, "Own": 1}
    assert propose_names(catalogue, names).proposals == ()


def test_the_homonym_of_another_plant_never_merges(
    catalogue: SqliteCatalogue, names: TaxonomyStore
) -> None:
    both = ["Salvia alba L.", "Salvia alba Mill.", "Salvia alba", "Salvia dubia", "Salvia dubia x"]
    catalogue.add(Photograph(name, name, family="x") for name in both)
    accept_names(catalogue, names, propose_names(catalogue, names).certain)
    found = {one.image_id: one.species for one in catalogue.all()}
    assert found["Salvia alba L."] == found["Salvia alba"] == "Salvia alba"
    assert found["Salvia alba Mill."] == "Salvia nemorosa"


def test_names_are_chosen_and_an_ambiguous_one_is_decided(
    roses: SqliteCatalogue, names: TaxonomyStore
) -> None:
    found = propose_names(roses, names)
    (doubtful,) = choose_proposals(found, ["Rosa canena"])
    assert doubtful.new == "Rosa canina"
    (decided,) = choose_proposals(found, ["Senecio jacobaea"], "Jacobaea vulgaris")
    accept_names(roses, names, [decided])
    changed = roses.get("Senecio jacobaea 0")
    assert changed is not None
    assert (changed.species, changed.genus, changed.family) == (
        "Jacobaea vulgaris",
        "Jacobaea",
        "Asteraceae",
    )


@pytest.mark.parametrize(
    ("chosen", "to", "sentence"),
    [
        (["Zea mays"], "", "no proposal for Zea mays"),
        (["Senecio jacobaea"], "", "Jacobaea aquatica or Jacobaea vulgaris"),
        (["Senecio jacobaea"], "Zea mays", "Use --to with one name"),
        (["Rosa canena", "Senecio jacobaea"], "Jacobaea vulgaris", "Use --to with one name"),
    ],
)
def test_an_impossible_choice_is_refused(
    roses: SqliteCatalogue, names: TaxonomyStore, chosen: list[str], to: str, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        choose_proposals(propose_names(roses, names), chosen, to)
