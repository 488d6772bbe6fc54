import numpy as np
import pytest

from engine.runs.remaining import range_left


def test_the_time_left_of_a_steady_run_is_more_certain_than_of_an_unsteady_one() -> None:
    assert range_left(60, np.full(20, 30.0)) == (60, 60)
    low, high = range_left(60, np.tile([10.0, 20.0, 40.0], 20)) or (0, 0)
    assert (low, high) == pytest.approx((30, 120))


def test_recent_speed_counts_and_missing_measurements_do_not() -> None:
    speeds = np.concatenate([np.full(100, 1.0), np.full(49, 30.0), [np.nan], [30.0]])
    assert range_left(60, speeds) == (60, 60)
    assert range_left(60, np.array([30.0, np.nan, 0.0, 30.0])) is None
