"""Choosing a number of CPU threads from measured speeds, and noticing when to measure again."""

import os
import statistics
from collections.abc import Callable, Mapping, Sequence

from engine.workers import cores

# What a trial takes, beside finding out how many images a pass of it may hold.
TRIAL_SECONDS = 1.0
_FEWEST_ROUNDS, _MOST_ROUNDS = 2, 6
_FEWEST_IMAGES = 2
# Fewer threads that are as good as this leave more of the machine to others.
_NEARLY = 0.95
# Another number of threads rounds sums differently: a trained run changes it for a clear gain only.
_CLEARLY = 1.1
# A speed outside of these shares of what was expected, for so long, leads to a new trial.
_SLOWER, _FASTER = 0.6, 1 / 0.6
_WINDOW_SECONDS, _SECONDS_BETWEEN_TRIALS = 20.0, 60.0


def most_threads() -> int:
    """The most threads a training takes: a core is left to loaders and server if there are more
    than two."""
    available = cores()
    return available - 1 if available > 2 else available


def divided_threads(processes: int) -> int:
    """What each of several processes that train together on this machine takes."""
    return max(1, most_threads() // processes)


def candidates(most: int) -> list[int]:
    """The numbers of threads that are tried: 1, 2, 4, and so on, and `most`."""
    numbers = [1]
    while 2 * numbers[-1] < most:
        numbers.append(2 * numbers[-1])
    return numbers if most == 1 else [*numbers, most]


def threads_from_environment() -> int | None:
    """The number of threads that the user set by OMP_NUM_THREADS or MKL_NUM_THREADS, if any."""
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        # OpenMP takes a list, a number for each level of nesting.
        first = os.environ.get(variable, "").split(",")[0].strip()
        if first.isdecimal() and int(first) > 0:
            return int(first)
    return None


def choose_threads(speeds: Mapping[int, float], current: int | None = None) -> int:
    """The fewest threads that are nearly the fastest; `current` unless another is clearly faster.

    `speeds` are images a second by number of threads.
    """
    best = max(speeds.values())
    chosen = min(number for number, speed in speeds.items() if speed >= _NEARLY * best)
    if current is None or current not in speeds:
        return chosen
    return chosen if speeds[chosen] >= _CLEARLY * speeds[current] else current


def measure_speeds(
    numbers: Sequence[int],
    run_pass: Callable[[int, int], None],
    most_images: int,
    clock: Callable[[], float],
) -> dict[int, float]:
    """Images a second by number of threads, measured in turns for about a second in all.

    `run_pass(threads, images)` does a pass; it is given as many images, up to `most_images`, as
    let every number of threads have two turns: threads gain more from large passes than from
    small ones, and training makes the large ones.
    """

    def seconds(threads: int, images: int) -> float:
        began = clock()
        run_pass(threads, images)
        return clock() - began

    share = TRIAL_SECONDS / (len(numbers) * _FEWEST_ROUNDS)
    images = min(_FEWEST_IMAGES, most_images)
    while images < most_images and seconds(numbers[-1], images) < 0.7 * share:
        images = min(2 * images, most_images)
    turns: dict[int, list[float]] = {number: [] for number in numbers}
    began = clock()
    for _ in range(_MOST_ROUNDS):
        for number in numbers:
            turns[number].append(seconds(number, images))
        if clock() - began > TRIAL_SECONDS:
            break
    # The first turn of several also prepares what the others find.
    return {
        number: images / max(statistics.median(taken[1:] or taken), 1e-9)
        for number, taken in turns.items()
    }


def count_of(threads: int) -> str:
    """A number of threads in words."""
    return "1 thread" if threads == 1 else f"{threads} threads"


def describe_speeds(speeds: Mapping[int, float]) -> str:
    """Measured speeds, the fastest first: "2 threads: 81 images a second; 1 thread: 74"."""
    ordered = sorted(speeds.items(), key=lambda item: -item[1])
    parts = [
        f"{count_of(number)}: {speed:,.{0 if speed >= 10 else 1}f}" for number, speed in ordered
    ]
    return "; ".join([f"{parts[0]} images a second", *parts[1:]])


class SpeedWatch:
    """Notices when a training has left the speed that its trial promised.

    Args:
        expected: images a second.
        now: seconds of a clock that `add` is given too.
        earliest: when the next trial may be, at the soonest.
    """

    def __init__(self, expected: float, now: float, earliest: float = float("-inf")) -> None:
        self.expected = expected
        self._earliest = earliest
        self._begin(now)

    def add(self, images: int, seconds: float, now: float) -> float | None:
        """Images a second of the last 20 seconds if they call for a new trial, else None.

        Args:
            images: trained since the last call, in `seconds` of computing.
        """
        self._images += images
        self._seconds += seconds
        if now - self._began < _WINDOW_SECONDS:
            return None
        speed = self._images / max(self._seconds, 1e-9)
        self._begin(now)
        usual = _SLOWER <= speed / self.expected <= _FASTER
        return None if usual or now < self._earliest else speed

    @classmethod
    def after_trial(cls, expected: float, now: float) -> "SpeedWatch":
        """A watch that follows a trial in the middle of training: the next is a minute away."""
        return cls(expected, now, now + _SECONDS_BETWEEN_TRIALS)

    def _begin(self, now: float) -> None:
        self._began, self._images, self._seconds = now, 0, 0.0
