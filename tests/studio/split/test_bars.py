"""Bars of the split's charts, and their photographs."""

from engine.split.rarity import BUCKETS
from studio.split.bars import Bar, of_bin, of_bucket, of_bucket_and_part, of_part, of_species
from tests.split.photographs import inputs, plan, rows_of

ROWS = rows_of([1, 2, 3, 4, 30])[::-1]


def species_of(bar: Bar) -> list[str]:
    return [ROWS[place]["species"] for place in bar.indices]


def test_a_bar_of_the_histogram_has_the_species_of_its_sizes() -> None:
    bar = of_bin(inputs(ROWS), 2)
    assert bar.title == "Species with 3–4 photographs"
    assert species_of(bar) == ["species 00002"] * 3 + ["species 00003"] * 4
    assert of_bin(inputs(ROWS), 0).title == "Species with 1 photograph"


def test_the_buckets_divide_all_photographs() -> None:
    bars = [of_bucket(inputs(ROWS), place) for place in range(len(BUCKETS))]
    assert [len(bar.indices) for bar in bars] == [1, 9, 0, 30, 0]


def test_a_point_of_the_rank_curve_is_one_species() -> None:
    assert species_of(of_species(inputs(ROWS), "species 00001")) == ["species 00001"] * 2
    assert not of_species(inputs(ROWS), "gone meanwhile").indices.size


def test_a_part_has_the_photographs_assigned_to_it() -> None:
    planned = plan(ROWS)
    bars = [of_part(planned, part) for part in range(3)]
    assert [len(bar.indices) for bar in bars] == [count.images for count in planned.counts.values()]
    val = of_bucket_and_part(planned, 3, 1)
    assert val.title == "Photographs in validation of species with 20–100 photographs"
    assert species_of(val) == ["species 00004"] * 3
