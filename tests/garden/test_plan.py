"""Properties of the garden's plan."""

from collections import Counter, defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.garden.plan import plan_garden
from engine.garden.species import SPECIES


def test_the_plan_has_about_six_hundred_photographs_of_at_least_twelve_species() -> None:
    plantings = plan_garden()
    assert 560 <= len(plantings) <= 640
    assert len({p.species for p in plantings}) >= 12


def test_the_tail_is_long_with_one_species_of_one_photograph_and_one_of_two() -> None:
    counts = sorted(Counter(p.species for p in plan_garden()).values())
    assert counts[:2] == [1, 2]
    assert counts[2] >= 3
    assert counts[-1] >= 120


def test_species_names_are_distinct_binomials_of_their_genus() -> None:
    assert len({s.binomial for s in SPECIES}) == len(SPECIES)
    for species in SPECIES:
        genus, epithet = species.binomial.split()
        assert species.genus == genus
        assert genus.istitle() and epithet.islower()
        assert species.family.endswith("aceae")


def test_files_are_numbered_within_the_folder_of_their_species() -> None:
    plantings = plan_garden()
    assert len({p.file for p in plantings}) == len(plantings)
    for planting in plantings:
        folder, name = planting.file.split("/")
        assert folder == planting.species.replace(" ", "_")
        assert name.endswith(".jpg") and len(name) == len("0001.jpg")


def test_some_observations_are_pairs_of_one_plant_and_none_is_larger() -> None:
    observations = defaultdict(list)
    for planting in plan_garden():
        observations[planting.observation_id].append(planting)
    sizes = Counter(len(group) for group in observations.values())
    assert set(sizes) == {1, 2}
    assert 30 <= sizes[2] <= 100
    for group in observations.values():
        assert len({(p.species, p.observer, p.plant_seed) for p in group}) == 1
        assert len({p.seed for p in group}) == len(group)


def test_sizes_range_from_640x480_to_1600x1200_and_some_are_upright() -> None:
    plantings = plan_garden()
    sides = {tuple(sorted((p.width, p.height))) for p in plantings}
    assert min(sides) == (480, 640) and max(sides) == (1200, 1600)
    upright = sum(p.height > p.width for p in plantings)
    assert 0.1 < upright / len(plantings) < 0.4


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31))
def test_every_seed_gives_one_plan_of_the_same_counts(seed: int) -> None:
    plantings = plan_garden(seed)
    assert plantings == plan_garden(seed)
    assert Counter(p.species for p in plantings) == {s.binomial: s.count for s in SPECIES}


def test_another_seed_gives_other_photographs() -> None:
    assert {p.seed for p in plan_garden(7)}.isdisjoint({p.seed for p in plan_garden(8)})
