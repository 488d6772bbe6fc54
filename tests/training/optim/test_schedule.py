"""The learning rate as a function of the step."""

import pytest

from engine.training.optim.schedule import SCHEDULES, Schedule

SCHEDULE = Schedule(peak=1.0, floor=0.1, warmup=4, total=104)


def test_warm_up_is_linear_to_the_peak() -> None:
    assert [SCHEDULE.rate(step) for step in range(4)] == [0.25, 0.5, 0.75, 1.0]


def test_it_decays_along_half_a_cosine_to_the_floor() -> None:
    assert SCHEDULE.rate(4) == pytest.approx(1.0)
    assert SCHEDULE.rate(54) == pytest.approx(0.55)
    assert SCHEDULE.rate(104) == pytest.approx(0.1)


def test_it_stays_at_the_floor_beyond_its_end() -> None:
    assert SCHEDULE.rate(1000) == pytest.approx(0.1)


def test_without_a_warm_up_it_starts_at_the_peak() -> None:
    assert Schedule(1.0, 0.0, 0, 10).rate(0) == 1.0


def test_a_floor_above_the_peak_is_the_peak() -> None:
    assert Schedule(1e-7, 1e-6, 0, 10).rate(10) == pytest.approx(1e-7)


@pytest.mark.parametrize(
    ("name", "middle", "last"), [("cosine", 0.55, 0.1), ("linear", 0.55, 0.1), ("constant", 1, 1)]
)
def test_each_schedule_starts_at_the_peak_and_never_leaves_its_bounds(
    name: str, middle: float, last: float
) -> None:
    schedule = Schedule(1.0, 0.1, warmup=0, total=100, fall=SCHEDULES[name].height)
    rates = [schedule.rate(step) for step in range(120)]
    assert (rates[0], rates[50], rates[-1]) == pytest.approx((1, middle, last))
    assert 0.1 <= min(rates) <= max(rates) <= 1


def test_a_linear_schedule_decays_evenly() -> None:
    schedule = Schedule(1.0, 0.0, warmup=0, total=4, fall=SCHEDULES["linear"].height)
    assert [schedule.rate(step) for step in range(5)] == [1, 0.75, 0.5, 0.25, 0]
