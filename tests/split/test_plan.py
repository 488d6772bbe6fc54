"""Properties of a plan for any counts, groups and seed."""

import random
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.errors import BadInput
from engine.settings.split import SplitSettings
from engine.split.folder import PARTS
from engine.split.plan import SplitPlan, plan_split
from tests.split.photographs import indices, inputs, plan, rows_of

Rows = list[dict[str, str]]
counts = some.lists(some.integers(1, 60), min_size=2, max_size=12)
seeds = some.integers(0, 2**31 - 1)
ALL_LINKS = ["observation", "observer", "bytes", "url", "near-duplicate"]


@some.composite
def tangled(draw: some.DrawFn) -> Rows:
    """Photographs of a few species that share observations, observers, bytes and hashes."""
    labels = some.sampled_from("abc")
    shared = some.sampled_from(["", "", "1", "2", "3", "4"])
    row = some.fixed_dictionaries(
        {
            "species": labels,
            "observation_id": shared,
            "observer": shared,
            "sha256": some.sampled_from(["", "", "", "x", "y"]),
            "phash": some.sampled_from(["", "0000000000000000", "0000000000000007", "f" * 16]),
        }
    )
    rows = draw(some.lists(row, min_size=4, max_size=40))
    return [
        {"image_id": str(place), **row}
        for place, row in enumerate([*rows, {"species": "a"}, {"species": "b"}])
    ]


def torn(rows: Rows, planned: SplitPlan, key: list[str]) -> int:
    """The number of values of the key that occur in several parts, found by brute force."""
    found = defaultdict(set)
    for row, part in zip(rows, planned.parts, strict=True):
        if row.get(key[-1]) and part >= 0:
            found[tuple(row[name] for name in key)].add(part)
    return sum(len(parts) > 1 for parts in found.values())


def held_out_only(rows: Rows, planned: SplitPlan) -> set[str]:
    by_part = defaultdict(set)
    for row, part in zip(rows, planned.parts, strict=True):
        by_part[int(part)].add(row["species"])
    return (by_part[1] | by_part[2]) - by_part[0]


@given(counts, seeds)
def test_without_groups_every_species_gets_its_published_shares(
    images: list[int], seed: int
) -> None:
    planned = plan(rows_of(images), seed=seed)
    for species, (train, val, test) in enumerate(planned.images.tolist()):
        count = images[species]
        tenth = max(1, round(count / 10))
        expected = {1: (1, 0, 0), 2: (1, 1, 0)}.get(count, (count - 2 * tenth, tenth, tenth))
        assert (train, val, test) == expected


@given(tangled(), seeds, some.lists(some.sampled_from(ALL_LINKS), unique=True))
def test_no_group_is_in_two_parts_and_every_species_is_in_train(
    rows: Rows, seed: int, links: list[str]
) -> None:
    planned = plan(rows, seed=seed, group=links)
    assert (planned.parts >= 0).all()
    assert not held_out_only(rows, planned)
    if "observation" in links:
        assert torn(rows, planned, ["observation_id"]) == planned.straddling_groups == 0
    if "observer" in links:
        assert torn(rows, planned, ["species", "observer"]) == 0
    if "bytes" in links:
        assert torn(rows, planned, ["sha256"]) == 0
    if "near-duplicate" in links:
        assert torn(rows, planned, ["phash"]) == 0


@given(some.lists(some.integers(1, 12), min_size=1, max_size=12), seeds)
def test_two_groups_are_enough_for_val_and_three_for_test(sizes: list[int], seed: int) -> None:
    rows = [
        {"image_id": f"{n}-{i}", "species": "a", "observation_id": str(n + 1)}
        for n, size in enumerate(sizes)
        for i in range(size)
    ]
    planned = plan([*rows, *rows_of([1, 1])], seed=seed)
    train, val, test = planned.images[planned.inputs.names.index("a")].tolist()
    assert (val > 0) == (len(sizes) >= 2)
    assert (test > 0) == (len(sizes) >= 3)
    tenth = max(1, round(sum(sizes) / 10))
    assert val <= max(tenth, sorted(sizes)[:2][-1])
    assert test <= max(tenth, *sorted(sizes)[:-1], 0)
    assert train >= 1


@given(counts, seeds, some.randoms())
def test_the_order_of_the_catalogue_has_no_effect(
    images: list[int], seed: int, shuffled: random.Random
) -> None:
    rows = rows_of(images)
    other = rows.copy()
    shuffled.shuffle(other)
    assert indices(rows, plan(rows, seed=seed)) == indices(other, plan(other, seed=seed))


@given(counts, seeds, some.data())
def test_adding_or_removing_a_species_moves_no_other_photograph(
    images: list[int], seed: int, data: some.DataObject
) -> None:
    rows = rows_of([*images, 4])
    gone = data.draw(some.sampled_from(sorted({row["species"] for row in rows})))
    fewer = [row for row in rows if row["species"] != gone]
    before, after = indices(rows, plan(rows, seed=seed)), indices(fewer, plan(fewer, seed=seed))
    assert all(before[image] == part for image, part in after.items())


@given(some.integers(3, 80), seeds)
def test_an_added_photograph_moves_at_most_two_others(count: int, seed: int) -> None:
    rows = rows_of([count + 1, 1])
    before = indices(rows[1:], plan(rows[1:], seed=seed))
    after = indices(rows, plan(rows, seed=seed))
    moved = sum(after[image] != part for image, part in before.items())
    tenth = [max(1, round(n / 10)) for n in (count, count + 1)]
    assert moved <= 2 + 3 * (tenth[1] - tenth[0])


@given(some.lists(some.integers(1, 40), min_size=2, max_size=6), seeds, seeds, some.data())
def test_a_carried_over_split_moves_only_what_the_shares_require(
    images: list[int], seed: int, other_seed: int, data: some.DataObject
) -> None:
    rows = rows_of(images)
    first = plan(rows, seed=seed)
    new = data.draw(some.lists(some.sampled_from(sorted({r["species"] for r in rows})), max_size=9))
    more = [*rows, *({"image_id": f"new {n}", "species": name} for n, name in enumerate(new))]
    second = plan(more, earlier=first, seed=other_seed)
    came = Counter(new)
    for species, name in enumerate(second.inputs.names):
        grown = second.images[species] - first.images[species]
        here = [n for n in second.moved if more[n]["species"] == name]
        # New photographs fill the growth of val and test; only the remainder comes from train.
        assert len(here) == max(0, int(grown[1:].sum()) - came[name])
    assert all(
        second.prior[place] != second.parts[place] and more[place] in rows for place in second.moved
    )
    assert plan(rows, earlier=first, seed=other_seed).moved.size == 0


@given(tangled(), some.data(), seeds)
def test_a_fixed_test_part_keeps_every_photograph(
    rows: Rows, data: some.DataObject, seed: int
) -> None:
    there = [row for row in rows if data.draw(some.booleans())]
    there += [row for row in rows[-2:] if row not in there]
    first = plan(there, seed=seed)
    test = {image for image, part in indices(there, first).items() if part == "test"}
    second = plan(rows, earlier=first, carry="test", seed=seed + 1 if seed < 2**31 - 1 else 0)
    kept = {image for image, part in indices(rows, second).items() if part == "test"}
    trained = {row["species"] for row, part in zip(rows, second.parts, strict=True) if part == 0}
    assert kept == {row["image_id"] for row in rows if row["image_id"] in test} & {
        row["image_id"] for row in rows if row["species"] in trained
    }
    assert not held_out_only(rows, second)
    assert torn(rows, second, ["observation_id"]) == 0


@given(counts, seeds, some.integers(1, 12))
def test_a_species_below_the_minimum_is_left_out_completely(
    images: list[int], seed: int, least: int
) -> None:
    kept = sum(count >= least for count in images)
    if kept < 2:
        with pytest.raises(BadInput, match=r"^A split needs at least two species"):
            plan(rows_of(images), seed=seed, min_images=least)
        return
    planned = plan(rows_of(images), seed=seed, min_images=least)
    assert len(planned.classes) == kept
    assert planned.left_out_species == len(images) - kept
    assert (planned.parts >= 0).sum() == sum(count for count in images if count >= least)


@given(counts, seeds, some.integers(3, 30))
def test_a_large_species_is_limited_to_the_maximum(images: list[int], seed: int, most: int) -> None:
    planned = plan(rows_of(images), seed=seed, max_images=most)
    capped = plan(rows_of([min(count, most) for count in images]), seed=seed)
    assert planned.images.tolist() == capped.images.tolist()


@given(some.lists(some.integers(1, 40), min_size=2, max_size=8), seeds, some.integers(2, 6))
def test_folds_share_one_test_part_and_assign_the_rest_once(
    images: list[int], seed: int, folds: int
) -> None:
    rows = rows_of(images)
    plans = [fold_of(rows, fold, seed, folds) for fold in range(folds)]
    tests = [{i for i, part in indices(rows, p).items() if part == "test"} for p in plans]
    assert all(test == tests[0] for test in tests)
    assert len({p.classes for p in plans}) == 1
    assert all(not held_out_only(rows, p) for p in plans)
    times = Counter(i for p in plans for i, part in indices(rows, p).items() if part == "val")
    free = Counter(row["species"] for row in rows if row["image_id"] not in tests[0])
    for row in rows:
        alone = free[row["species"]] == 1
        fixed = row["image_id"] in tests[0]
        assert times[row["image_id"]] == (0 if alone or fixed else 1)
    for species in range(len(images)):
        vals = [int(p.images[species, 1]) for p in plans]
        assert max(vals) - min(vals) <= 1


def fold_of(rows: Rows, fold: int, seed: int, folds: int) -> SplitPlan:
    return plan_split(inputs(rows), SplitSettings(seed=seed, folds=folds), fold=fold)


def test_the_profile_of_the_original_project_is_reproduced_exactly() -> None:
    """1,504 species with 1 photograph, 913 with 2, 3,497 with 3 and more: 118,126 in all.

    The counts of the 3,497 were not published; these counts add up to the published total.
    """
    many = 118_126 - 1_504 - 2 * 913
    # Each of the 3,497 holds out max(1, n/10) twice; val and test exceed that by 11,726.
    images = [30] * 3_497
    slack = 11_726 - 3 * 3_497
    images[:slack] = [40] * slack
    rest = many - sum(images)
    # Up to four more photographs per species do not change a share.
    for number in range(3_497):
        step = min(4, rest) if rest > 0 else max(-4, rest)
        images[number] += step
        rest -= step
    assert sum(images) == many
    planned = plan(rows_of([1] * 1_504 + [2] * 913 + images))
    counts = planned.counts
    assert {part: counts[part].images for part in PARTS} == {
        "train": 93_761,
        "val": 12_639,
        "test": 11_726,
    }
    assert counts["val"].images == 913 + counts["test"].images
    assert {part: counts[part].species for part in PARTS} == {
        "train": 1_504 + 913 + 3_497,
        "val": 4_410,
        "test": 3_497,
    }
    assert (planned.images[planned.images[:, 1] > 0, 0] > 0).all()


def test_another_seed_assigns_differently_and_each_photograph_equally_often() -> None:
    rows = rows_of([10, 1])
    times = Counter(
        image
        for seed in range(1_000)
        for image, part in indices(rows, plan(rows, seed=seed)).items()
        if part == "test"
    )
    assert len(times) == 10
    assert all(60 < count < 150 for count in times.values())


def test_the_split_is_stable_between_versions() -> None:
    rows = [{"image_id": f"{n:02}", "species": "Bellis perennis"} for n in range(12)]
    rows += rows_of([1])
    dealt = indices(rows, plan(rows))
    held_out = {image: part for image, part in dealt.items() if part != "train"}
    assert held_out == {"08": "val", "06": "test"}


def test_observations_are_divided_if_they_are_not_groups() -> None:
    rows = [
        {"image_id": f"{name}-{n}", "species": name, "observation_id": name}
        for name in ("a", "b")
        for n in range(5)
    ]
    assert plan(rows, group=[]).straddling_groups == 2
    assert plan(rows).straddling_groups == 0
