"""Chooses the number of CPU threads from measured speeds, and detects when to measure again."""

import os
import statistics
from collections.abc import Callable, Mapping, Sequence

from engine.workers import cores

# The duration of a trial, without finding the number of images per pass.
TRIAL_SECONDS = 1.0
_FEWEST_ROUNDS, _MOST_ROUNDS = 2, 6
_FEWEST_IMAGES = 2
# Prefer fewer threads at this share of the best speed, to leave cores to other programs.
_NEARLY = 0.95
# Another number of threads rounds sums differently, so a run changes it only for a clear gain.
_CLEARLY = 1.1
# A speed outside these shares of the expected speed, over the window, starts a new trial.
_SLOWER, _FASTER = 0.6, 1 / 0.6
_WINDOW_SECONDS, _SECONDS_BETWEEN_TRIALS = 20.0, 60.0


def most_threads() -> int:
    """Return the most threads for training; with more than two cores, one is left to loaders and
    server.
    """
    available = cores()
    return available - 1 if available > 2 else available


def divided_threads(processes: int) -> int:
    """Return the threads of each of several processes that train together on this machine."""
    return max(1, most_threads() // processes)


def candidates(most: int) -> list[int]:
    """Return the numbers of threads to try: 1, 2, 4, and so on, and `most`."""
    numbers = [1]
    while 2 * numbers[-1] < most:
        numbers.append(2 * numbers[-1])
    return numbers if most == 1 else [*numbers, most]


def threads_from_environment() -> int | None:
    """Return the number of threads set by OMP_NUM_THREADS or MKL_NUM_THREADS, or None."""
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        # OpenMP accepts a list with a number for each nesting level.
        first = os.environ.get(variable, "").split(",")[0].strip()
        if first.isdecimal() and int(first) > 0:
            return int(first)
    return None


def choose_threads(speeds: Mapping[int, float], current: int | None = None) -> int:
    """Return the fewest threads near the best speed; `current` unless another number is clearly
    faster.

    `speeds` are images per second by number of threads.
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
    """Measure images per second by number of threads, in turns, for about a second in total.

    `run_pass(threads, images)` runs a pass. The images per pass are as many, up to `most_images`,
    as leave time for two turns per number of threads. Passes must be large, as in training, because
    threads gain more from large passes than from small ones.
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
    # The first turn is a warm-up if there are several.
    return {
        number: images / max(statistics.median(taken[1:] or taken), 1e-9)
        for number, taken in turns.items()
    }


def count_of(threads: int) -> str:
    """Return a number of threads in words."""
    return "1 thread" if threads == 1 else f"{threads} threads"


def describe_speeds(speeds: Mapping[int, float]) -> str:
    """Describe measured speeds, fastest first: "2 threads: 81 images a second; 1 thread: 74"."""
    ordered = sorted(speeds.items(), key=lambda item: -item[1])
    parts = [
        f"{count_of(number)}: {speed:,.{0 if speed >= 10 else 1}f}" for number, speed in ordered
    ]
    return "; ".join([f"{parts[0]} images a second", *parts[1:]])


class SpeedWatch:
    """Detects when training no longer runs at the speed of its trial.

    Args:
        expected: images per second.
        now: seconds on the clock that `add` also uses.
        earliest: the earliest time of the next trial, on that clock.
    """

    def __init__(self, expected: float, now: float, earliest: float = float("-inf")) -> None:
        self.expected = expected
        self._earliest = earliest
        self._begin(now)

    def add(self, images: int, seconds: float, now: float) -> float | None:
        """Return the images per second of the last 20 seconds if a new trial is needed, else None.

        Args:
            images: trained since the last call.
            seconds: computing time of those images.
            now: seconds on the clock.
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
        """Create a watch after a trial during training; the next is at least a minute later."""
        return cls(expected, now, now + _SECONDS_BETWEEN_TRIALS)

    def _begin(self, now: float) -> None:
        self._began, self._images, self._seconds = now, 0, 0.0
