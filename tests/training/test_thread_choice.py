"""Choosing a number of threads from speeds."""

import pytest

from engine.training.thread_choice import (
    TRIAL_SECONDS,
    SpeedWatch,
    candidates,
    choose_threads,
    describe_speeds,
    divided_threads,
    measure_speeds,
    most_threads,
    threads_from_environment,
)


@pytest.mark.parametrize(
    ("cores", "most", "tried"),
    [(1, 1, [1]), (2, 2, [1, 2]), (4, 3, [1, 2, 3]), (8, 7, [1, 2, 4, 7]), (9, 8, [1, 2, 4, 8])],
)
def test_one_core_is_left_free_if_there_are_more_than_two(
    cores: int, most: int, tried: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.thread_choice.cores", lambda: cores)
    assert most_threads() == most
    assert candidates(most) == tried


def test_processes_that_train_together_divide_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.training.thread_choice.cores", lambda: 9)
    assert [divided_threads(processes) for processes in (2, 3, 16)] == [4, 2, 1]


@pytest.mark.parametrize(
    ("speeds", "current", "chosen"),
    [
        ({1: 74.0, 2: 81.0}, None, 2),
        ({1: 79.0, 2: 81.0}, None, 1),
        ({1: 60.0, 2: 25.0}, None, 1),
        ({1: 10.0, 2: 19.0, 4: 35.0, 7: 36.0}, None, 4),
        # A run that is already training changes only for a clear gain.
        ({1: 74.0, 2: 81.0}, 1, 1),
        ({1: 79.0, 2: 81.0}, 2, 2),
        ({1: 60.0, 2: 25.0}, 2, 1),
    ],
)
def test_the_fewest_threads_that_are_nearly_the_fastest_are_chosen(
    speeds: dict[int, float], current: int | None, chosen: int
) -> None:
    assert choose_threads(speeds, current) == chosen


def test_speeds_are_listed_fastest_first() -> None:
    told = describe_speeds({1: 74.2, 2: 81.3, 4: 4.56})
    assert told == "2 threads: 81 images a second; 1 thread: 74; 4 threads: 4.6"


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({}, None),
        ({"OMP_NUM_THREADS": "3"}, 3),
        ({"OMP_NUM_THREADS": "4,2"}, 4),
        ({"MKL_NUM_THREADS": "2"}, 2),
        ({"OMP_NUM_THREADS": "0"}, None),
        ({"OMP_NUM_THREADS": "all"}, None),
    ],
)
def test_a_number_of_threads_in_the_environment_is_the_choice_of_the_user(
    variables: dict[str, str], found: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert threads_from_environment() == found


class _Machine:
    """A clock that passes advance: `speeds` are images per second by number of threads."""

    def __init__(self, speeds: dict[int, float], start: float = 0.0) -> None:
        self.speeds, self.start = speeds, start
        self.now = 0.0
        self.images: list[int] = []

    def run_pass(self, threads: int, images: int) -> None:
        self.now += images / self.speeds[threads] + self.start * (threads - 1)
        self.images.append(images)

    def clock(self) -> float:
        return self.now


def test_a_trial_measures_every_number_of_threads_in_about_a_second() -> None:
    speeds = {1: 70.0, 2: 90.0, 4: 50.0}
    machine = _Machine(speeds)
    found = measure_speeds(list(speeds), machine.run_pass, 32, machine.clock)
    assert found == pytest.approx(speeds)
    assert 0.3 < machine.now < 1.5 * TRIAL_SECONDS
    assert max(machine.images) <= 32


def test_a_trial_makes_passes_as_large_as_those_of_training() -> None:
    """Threads that start in 50 ms are faster for passes of 32 images, and slower for 8."""
    machine = _Machine({1: 75.0, 2: 150.0}, start=0.05)
    assert choose_threads(measure_speeds([1, 2], machine.run_pass, 32, machine.clock)) == 2


def test_a_trial_of_a_slow_network_makes_few_passes_of_few_images() -> None:
    speeds = {1: 0.5, 2: 0.8}
    machine = _Machine(speeds)
    assert measure_speeds(list(speeds), machine.run_pass, 32, machine.clock) == pytest.approx(
        speeds
    )
    assert machine.images == [2, 2, 2]


def test_a_lower_speed_for_twenty_seconds_triggers_a_trial() -> None:
    watch = SpeedWatch(80.0, now=0.0)
    assert _train(watch, 80.0, begin=0, end=60) == []
    found = _train(watch, 40.0, begin=60, end=100)
    assert found[0] == (80, pytest.approx(40.0, rel=0.05))


def test_a_slightly_or_briefly_lower_speed_triggers_no_trial() -> None:
    watch = SpeedWatch(80.0, now=0.0)
    assert _train(watch, 50.0, begin=0, end=60) == []
    assert _train(watch, 10.0, begin=60, end=64) == []
    assert _train(watch, 80.0, begin=64, end=200) == []


def test_a_machine_that_became_idle_triggers_a_trial_too() -> None:
    watch = SpeedWatch(40.0, now=0.0)
    assert _train(watch, 80.0, begin=0, end=20) == [(20, pytest.approx(80.0))]


def test_between_two_trials_there_is_a_minute() -> None:
    watch = SpeedWatch.after_trial(80.0, now=100.0)
    assert [now for now, _ in _train(watch, 20.0, begin=100, end=170)] == [160]


def test_waiting_for_photographs_does_not_count_as_slow_threads() -> None:
    watch = SpeedWatch(80.0, now=0.0)
    # Each second brings 8 images, which are computed in a tenth of it.
    assert [watch.add(8, 0.1, float(now)) for now in range(1, 100)] == [None] * 99


def _train(watch: SpeedWatch, speed: float, begin: int, end: int) -> list[tuple[int, float]]:
    """The seconds at which training at this speed triggers a trial, and the speed it measures."""
    found = []
    for now in range(begin + 1, end + 1):
        told = watch.add(round(speed), 1.0, float(now))
        if told is not None:
            found.append((now, told))
    return found
