"""Figures of the long tail, and the faults of a plain shuffle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.split.shuffle import shuffle_faults, shuffled
from engine.split.spread import exposure, gini, lorenz, minimum_costs
from engine.training.data.samplers import SAMPLERS
from tests.split.photographs import plan, rows_of

counts = some.lists(some.integers(1, 300), min_size=1, max_size=40)


@given(counts, some.integers(1, 100))
def test_the_cost_of_a_minimum_is_the_number_of_photographs_below_it(
    images: list[int], least: int
) -> None:
    (price,) = minimum_costs(np.array(images), [least])
    below = [count for count in images if count < least]
    assert (price.species, price.images) == (len(below), sum(below))


@given(counts)
def test_the_gini_coefficient_is_half_the_mean_difference(images: list[int]) -> None:
    values = np.array(images, float)
    difference = np.abs(values[:, None] - values).mean() / (2 * values.mean())
    assert gini(np.array(images)) == pytest.approx(difference)
    share = lorenz(np.array(images))
    assert (share[0], share[-1]) == (0, 1)
    assert (np.diff(share, 2) >= -1e-12).all()


@given(counts)
def test_an_epoch_has_the_same_size_for_every_sampler(images: list[int]) -> None:
    values = np.array(images)
    for sampler in SAMPLERS.values():
        assert exposure(values, sampler.weight).sum() == pytest.approx(values.sum())
    assert exposure(values, SAMPLERS["uniform"].weight) == pytest.approx(values)
    assert np.ptp(exposure(values, SAMPLERS["balanced"].weight)) == pytest.approx(0)


def test_a_plain_shuffle_evaluates_species_that_it_does_not_train() -> None:
    rows = rows_of([1] * 300 + [5] * 60)
    rows += [
        {"image_id": f"o{n}-{i}", "species": f"o{n % 4}", "observation_id": str(n)}
        for n in range(40)
        for i in range(3)
    ]
    planned = plan(rows)
    parts = shuffled(planned)
    share = [(parts == code).mean() for code in range(3)]
    assert share == pytest.approx([0.8, 0.1, 0.1], abs=0.01)
    worse = shuffle_faults(planned.inputs, planned.groups, parts)
    own = shuffle_faults(planned.inputs, planned.groups, planned.parts)
    assert worse.val_only > 10
    assert worse.test_only > 10
    assert worse.straddling > 5
    assert worse.not_in_val > 5
    assert (own.val_only, own.test_only, own.not_in_val, own.straddling) == (0, 0, 0, 0)
