from collections import Counter

from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import EVERYTHING, Filter
from studio.sample import sample


def ids(catalogue: SqliteCatalogue, seed: int, size: int = 5) -> list[str]:
    return [photograph.image_id for photograph in sample(catalogue, EVERYTHING, seed, size)]


def test_the_same_seed_draws_the_same_and_another_draws_others(
    small_catalogue: SqliteCatalogue,
) -> None:
    assert ids(small_catalogue, 1) == ids(small_catalogue, 1)
    assert {tuple(ids(small_catalogue, seed)) for seed in range(1, 6)} != {
        tuple(ids(small_catalogue, 1))
    }


def test_no_photograph_comes_twice_and_all_come_where_there_are_fewer(
    small_catalogue: SqliteCatalogue,
) -> None:
    assert len(set(ids(small_catalogue, 3, 8))) == 8
    assert len(set(ids(small_catalogue, 3, 100))) == 12


def test_every_photograph_is_as_likely(small_catalogue: SqliteCatalogue) -> None:
    drawn = Counter(name for seed in range(300) for name in ids(small_catalogue, seed, 4))
    assert len(drawn) == 12
    assert 60 < min(drawn.values()) <= max(drawn.values()) < 140


def test_only_photographs_that_pass_the_filter_are_drawn(small_catalogue: SqliteCatalogue) -> None:
    drawn = sample(small_catalogue, Filter(text="dahlia"), 1, 4)
    assert {photograph.species for photograph in drawn} == {"Dahlia pinnata"}
    assert sample(small_catalogue, Filter(text="nothing of the kind"), 1, 4) == []
