import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.runs.thinning import MOST_POINTS, thinned


@given(st.integers(1, 40_000), st.integers(0, 10_000))
def test_the_highest_and_the_lowest_point_are_always_shown(count: int, seed: int) -> None:
    y = np.random.default_rng(seed).normal(size=count)
    x = np.arange(count, dtype=float)
    shown_x, shown_y = thinned(x, y)
    assert len(shown_x) <= MOST_POINTS
    assert (shown_y.min(), shown_y.max()) == (y.min(), y.max())
    assert (shown_x[0], shown_x[-1]) == (x[0], x[-1])
    assert np.all(np.diff(shown_x) > 0)


def test_a_growing_curve_changes_only_at_its_end() -> None:
    y = np.random.default_rng(1).normal(size=50_100)
    x = np.arange(len(y), dtype=float)
    before, _ = thinned(x[:50_000], y[:50_000])
    after, _ = thinned(x, y)
    assert np.array_equal(before[:-3], after[: len(before) - 3])


def test_gaps_cause_no_error() -> None:
    y = np.full(10_000, np.nan)
    y[5_000] = 3.0
    _, shown = thinned(np.arange(10_000.0), y)
    assert np.nanmax(shown) == 3.0
    assert len(thinned(np.arange(0.0), np.arange(0.0))[0]) == 0
