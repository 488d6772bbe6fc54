"""Folds, and the statistics over them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluation.folds import corrected_interval, stratified_folds, student95

PHOTOGRAPHS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 8)), min_size=4, max_size=80)


@given(PHOTOGRAPHS, st.integers(2, 6), st.integers(0, 5))
def test_an_observation_stays_together_and_species_are_assigned_evenly(
    photographs: list[tuple[int, int]], folds: int, seed: int
) -> None:
    labels = [label for label, _ in photographs]
    groups = [f"{label}-{group}" if group else "" for label, group in photographs]
    fold = stratified_folds(labels, groups, folds, np.random.default_rng(seed))
    assert set(fold) <= set(range(folds))
    for group in set(groups) - {""}:
        assert len({fold[i] for i, name in enumerate(groups) if name == group}) == 1
    for label in set(labels):
        counts = np.bincount(fold[np.array(labels) == label], minlength=folds)
        largest = max(groups.count(name) for name in groups if name.startswith(f"{label}-") or True)
        assert counts.max() - counts.min() <= max(1, largest)


def test_without_observations_every_fold_has_equally_many_photographs_of_a_species() -> None:
    labels = [0] * 20 + [1] * 10
    fold = stratified_folds(labels, [""] * 30, 5, np.random.default_rng(1))
    assert np.bincount(fold[:20]).tolist() == [4] * 5
    assert np.bincount(fold[20:]).tolist() == [2] * 5


def test_another_seed_assigns_differently() -> None:
    labels, groups = [0] * 20, [""] * 20
    dealt = [stratified_folds(labels, groups, 5, np.random.default_rng(s)) for s in (1, 1, 2)]
    assert np.array_equal(dealt[0], dealt[1])
    assert not np.array_equal(dealt[0], dealt[2])


@pytest.mark.parametrize(("freedom", "point"), [(4, 2.776), (9, 2.262), (24, 2.064), (99, 1.984)])
def test_students_t_agrees_with_published_tables(freedom: int, point: float) -> None:
    assert student95(freedom) == pytest.approx(point, abs=0.01)


def test_the_interval_is_wider_than_for_independent_folds() -> None:
    values = np.random.default_rng(0).normal(0.8, 0.04, 25)
    found = corrected_interval(values, folds=5)
    plain = student95(24) * values.std(ddof=1) / 5
    assert found.mean == pytest.approx(values.mean())
    assert found.margin == pytest.approx(plain * np.sqrt(1 + 25 / 4))


def test_equal_folds_have_an_interval_of_zero_width() -> None:
    assert corrected_interval(np.full(10, 0.5), folds=5).margin == 0
