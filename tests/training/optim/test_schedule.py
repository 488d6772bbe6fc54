"""The learning rate as a function of the step."""

import pytest

from engine.training.optim.schedule import Schedule

SCHEDULE = Schedule(peak=1.0, floor=0.1, warmup=4, total=104)


def test_it_climbs_in_even_steps_to_the_peak() -> None:
    assert [SCHEDULE.rate(step) for step in range(4)] == [0.25, 0.5, 0.75, 1.0]


def test_it_falls_along_half_a_cosine_to_the_floor() -> None:
    assert SCHEDULE.rate(4) == pytest.approx(1.0)
    assert SCHEDULE.rate(54) == pytest.approx(0.55)
    assert SCHEDULE.rate(104) == pytest.approx(0.1)


def test_it_stays_at_the_floor_beyond_its_end() -> None:
    assert SCHEDULE.rate(1000) == pytest.approx(0.1)


def test_without_a_warm_up_it_starts_at_the_peak() -> None:
    assert Schedule(1.0, 0.0, 0, 10).rate(0) == 1.0


def test_a_floor_above_the_peak_is_the_peak() -> None:
    assert Schedule(1e-7, 1e-6, 0, 10).rate(10) == pytest.approx(1e-7)
