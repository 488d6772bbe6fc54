"""A plan: who goes where, what the preview promises, and what is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.catalogue.record import Photograph
from engine.errors import BadInput
from engine.settings.split import SplitSettings
from engine.split.check import check_lines
from engine.split.folder import PARTS
from engine.split.plan import plan_split, preview_counts


def photographs_of(images: list[int]) -> list[Photograph]:
    return [
        Photograph(f"{number}-{image}", f"species {number:05}", source="test")
        for number, count in enumerate(images)
        for image in range(count)
    ]


@given(
    images=some.lists(some.integers(1, 40), min_size=2, max_size=12),
    seed=some.integers(0, 10_000),
    least=some.integers(1, 10),
)
def test_the_preview_is_what_the_plan_gives(images: list[int], seed: int, least: int) -> None:
    settings = SplitSettings(seed=seed, min_images=least)
    if sum(count >= least for count in images) < 2:
        with pytest.raises(BadInput):
            plan_split(photographs_of(images), settings)
        return
    plan = plan_split(photographs_of(images), settings)
    assert plan.counts == preview_counts(images, settings)
    assert plan.left_out_species == sum(count < least for count in images)
    assert all(finding.ok for finding in check_lines(plan.parts, plan.classes))


def test_the_profile_of_the_original_project_comes_out_to_the_photograph() -> None:
    """1,504 species with 1 photograph, 913 with 2, 3,497 with 3 and more: 118,126 in all.

    How many the 3,497 have each was not published; these counts add up to what was.
    """
    many = 118_126 - 1_504 - 2 * 913
    # Each of the 3,497 holds out max(1, n/10) twice; val and test are 11,726 over them.
    images = [30] * 3_497
    spare = 11_726 - 3 * 3_497
    images[:spare] = [40] * spare
    rest = many - sum(images)
    # Up to four more photographs a species change no share.
    for number in range(3_497):
        step = min(4, rest) if rest > 0 else max(-4, rest)
        images[number] += step
        rest -= step
    assert rest == 0
    assert sum(images) == many
    settings = SplitSettings()
    counts = preview_counts([1] * 1_504 + [2] * 913 + images, settings)
    assert {part: counts[part].images for part in PARTS} == {
        "train": 93_761,
        "val": 12_639,
        "test": 11_726,
    }
    assert counts["val"].images == 913 + counts["test"].images
    assert counts["train"].species == 1_504 + 913 + 3_497
    assert counts["val"].species == 4_410
    assert counts["test"].species == 3_497


def test_a_plan_knows_photographs_of_one_observation_in_two_parts() -> None:
    photographs = [
        Photograph(f"{name}-{n}", name, source="s", observation_id=f"{name}")
        for name in ("a", "b")
        for n in range(5)
    ]
    assert plan_split(photographs, SplitSettings()).straddling_groups == 2


def test_photographs_of_no_observation_straddle_nothing() -> None:
    assert plan_split(photographs_of([5, 5]), SplitSettings()).straddling_groups == 0


def test_observations_of_the_same_number_in_two_sources_are_two() -> None:
    photographs = [
        Photograph(f"{source}-{n}", name, source=source, observation_id="7")
        for source, name in (("x", "a"), ("y", "b"))
        for n in range(1)
    ]
    assert plan_split(photographs, SplitSettings()).straddling_groups == 0


def test_a_line_says_all_that_training_needs() -> None:
    photograph = Photograph(
        "id", "Bellis perennis", source="s", url="u", path="p", observation_id="o", sha256="h"
    )
    plan = plan_split([photograph, Photograph("other", "Acer campestre")], SplitSettings())
    line = next(line for line in plan.parts["train"] if line.image_id == "id")
    assert (line.path, line.url, line.species, line.source) == ("p", "u", "Bellis perennis", "s")
    assert (line.observation_id, line.sha256, line.label) == ("o", "h", 1)
    assert plan.classes.species == ("Acer campestre", "Bellis perennis")


@pytest.mark.parametrize(
    ("images", "least", "told"),
    [
        ([], 1, "there are none"),
        ([9], 1, "there is 1"),
        ([9, 2], 3, "3 or more photographs; there is 1"),
        ([9, 9], 10, "10 or more photographs; there are none"),
    ],
)
def test_fewer_than_two_species_are_refused(images: list[int], least: int, told: str) -> None:
    with pytest.raises(BadInput, match=rf"^A split needs at least two species .*{told}\.$"):
        plan_split(photographs_of(images), SplitSettings(min_images=least))
