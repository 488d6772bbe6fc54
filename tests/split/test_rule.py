"""The published rule, for any counts and any seed."""

from hypothesis import given
from hypothesis import strategies as some

from engine.split.folder import PARTS
from engine.split.rule import Shares, deal, shares_of

counts = some.lists(some.integers(1, 60), min_size=1, max_size=15)
seeds = some.integers(0, 2**31 - 1)


def species_with(images: list[int]) -> dict[str, list[str]]:
    return {
        f"species {number}": [f"{number}-{image}" for image in range(count)]
        for number, count in enumerate(images)
    }


def place_of(parts: dict[str, list[str]]) -> dict[str, str]:
    return {image: part for part, images in parts.items() for image in images}


def test_every_number_of_photographs_is_shared_out_as_published() -> None:
    assert shares_of(1) == Shares(train=1, val=0, test=0)
    assert shares_of(2) == Shares(train=1, val=1, test=0)
    for images in range(3, 1001):
        shares = shares_of(images)
        assert shares.val == shares.test == max(1, round(images / 10))
        assert shares.train == images - 2 * shares.val >= 1


def test_nothing_is_shared_out_as_nothing() -> None:
    assert shares_of(0) == Shares(0, 0, 0)


@given(counts, seeds)
def test_every_photograph_goes_to_exactly_one_part(images: list[int], seed: int) -> None:
    species = species_with(images)
    parts = deal(species, seed)
    assert set(parts) == set(PARTS)
    dealt = [image for part in PARTS for image in parts[part]]
    assert sorted(dealt) == sorted(image for ids in species.values() for image in ids)


@given(counts, seeds)
def test_every_species_gets_its_shares(images: list[int], seed: int) -> None:
    species = species_with(images)
    place = place_of(deal(species, seed))
    for ids in species.values():
        shares = shares_of(len(ids))
        found = [place[image] for image in ids]
        assert [found.count(part) for part in PARTS] == [shares.train, shares.val, shares.test]


@given(counts, seeds)
def test_every_species_held_out_is_trained_on(images: list[int], seed: int) -> None:
    parts = deal(species_with(images), seed)
    trained = {image.split("-")[0] for image in parts["train"]}
    assert {image.split("-")[0] for image in parts["val"] + parts["test"]} <= trained


@given(counts, seeds)
def test_the_same_seed_deals_the_same_whatever_the_order(images: list[int], seed: int) -> None:
    species = species_with(images)
    backwards = {name: species[name][::-1] for name in reversed(species)}
    assert deal(species, seed) == deal(backwards, seed)


@given(counts, seeds, some.data())
def test_another_species_coming_or_going_moves_nothing(
    images: list[int], seed: int, data: some.DataObject
) -> None:
    species = species_with(images)
    gone = data.draw(some.sampled_from(sorted(species)))
    fewer = {name: ids for name, ids in species.items() if name != gone}
    more = {**species, "a new one": ["x", "y", "z"]}
    place = place_of(deal(species, seed))
    for other in (fewer, more):
        changed = place_of(deal(other, seed))
        assert all(changed[image] == place[image] for image in changed.keys() & place.keys())


def test_another_seed_deals_otherwise() -> None:
    species = species_with([50])
    assert len({tuple(sorted(deal(species, seed)["test"])) for seed in range(20)}) > 15


def test_a_photograph_is_held_out_as_often_as_any_other() -> None:
    species = species_with([10])
    times = dict.fromkeys(species["species 0"], 0)
    for seed in range(2000):
        times[deal(species, seed)["test"][0]] += 1
    assert all(140 < count < 260 for count in times.values())


def test_a_split_made_today_is_the_one_made_tomorrow() -> None:
    parts = deal({"Bellis perennis": [f"{number:02}" for number in range(12)]}, 42)
    assert (parts["val"], parts["test"]) == (["02"], ["00"])
