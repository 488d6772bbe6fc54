"""Random samples of the catalogue."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.catalogue.sampling import (
    sample_equal_shares,
    sample_photographs,
    strata,
    stratified_sample,
)
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import EVERYTHING, Filter, SpeciesCount


def ids(catalogue: SqliteCatalogue, seed: int, size: int = 5) -> list[str]:
    return [
        photograph.image_id for photograph in sample_photographs(catalogue, EVERYTHING, seed, size)
    ]


def test_one_seed_gives_one_sample_and_another_seed_gives_another(
    small_catalogue: SqliteCatalogue,
) -> None:
    assert ids(small_catalogue, 1) == ids(small_catalogue, 1)
    assert {tuple(ids(small_catalogue, seed)) for seed in range(1, 6)} != {
        tuple(ids(small_catalogue, 1))
    }


def test_a_sample_has_no_duplicates_and_is_complete_for_a_small_catalogue(
    small_catalogue: SqliteCatalogue,
) -> None:
    assert len(set(ids(small_catalogue, 3, 8))) == 8
    assert len(set(ids(small_catalogue, 3, 100))) == 12


def test_every_photograph_has_the_same_probability(small_catalogue: SqliteCatalogue) -> None:
    drawn = Counter(name for seed in range(300) for name in ids(small_catalogue, seed, 4))
    assert len(drawn) == 12
    assert 60 < min(drawn.values()) <= max(drawn.values()) < 140


def test_only_photographs_that_match_the_filter_are_drawn(small_catalogue: SqliteCatalogue) -> None:
    drawn = sample_photographs(small_catalogue, Filter(text="dahlia"), 1, 4)
    assert {photograph.species for photograph in drawn} == {"Dahlia pinnata"}
    assert sample_photographs(small_catalogue, Filter(text="nothing of the kind"), 1, 4) == []


COUNTS = st.lists(st.integers(1, 50), max_size=20).map(
    lambda images: [SpeciesCount(f"species {n:02}", count) for n, count in enumerate(images)]
)


@given(COUNTS)
def test_head_middle_and_tail_are_a_third_of_the_species_each(counts: list[SpeciesCount]) -> None:
    thirds = list(strata(counts).values())
    assert {item for third in thirds for item in third} == set(counts)
    assert max(map(len, thirds)) - min(map(len, thirds)) <= 1
    falling = [item.images for third in thirds for item in third]
    assert falling == sorted(falling, reverse=True)


@given(COUNTS, st.integers(0, 60))
def test_no_species_gives_a_second_photograph_before_each_gave_one(
    counts: list[SpeciesCount], size: int
) -> None:
    places = sample_equal_shares(counts, size, np.random.default_rng(0))
    dealt = [len(within) for within in places.values()]
    images = {item.species: item.images for item in counts}
    assert sum(dealt) == min(size, sum(images.values()))
    assert all(len(set(within)) == len(within) for within in places.values())
    assert all(max(within) < images[name] for name, within in places.items())
    most = max(dealt, default=0)
    short = [item for item in counts if len(places.get(item.species, ())) < most - 1]
    assert all(len(places.get(item.species, ())) == item.images for item in short)


def test_a_stratified_sample_shows_rare_species_beside_common_ones(
    small_catalogue: SqliteCatalogue,
) -> None:
    drawn = stratified_sample(small_catalogue, EVERYTHING, 1, 6)
    species = {name: {item.species for item in part} for name, part in drawn.items()}
    assert species == {
        "head": {"Dahlia pinnata"},
        "middle": {"Bellis perennis", "Cornus mas"},
        "tail": {"Acer campestre"},
    }
    again = stratified_sample(small_catalogue, EVERYTHING, 1, 6)
    assert again == drawn
    assert drawn["head"] != stratified_sample(small_catalogue, EVERYTHING, 2, 6)["head"]


def test_a_sample_is_full_even_if_one_third_has_few_photographs(
    small_catalogue: SqliteCatalogue,
) -> None:
    drawn = stratified_sample(small_catalogue, EVERYTHING, 1, 9)
    assert {name: len(part) for name, part in drawn.items()} == {"head": 4, "middle": 4, "tail": 1}
    one = stratified_sample(small_catalogue, Filter(species="Dahlia pinnata"), 1, 4)
    assert [len(part) for part in one.values()] == [4]
