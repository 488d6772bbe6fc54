"""Sets the number of CPU threads for training: by a trial, repeated if the speed changes."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from engine.settings.optimisation import TrainingSettings
from engine.training.device.device import Device
from engine.training.device.process_group import Ranks
from engine.training.rehearsal import rehearse
from engine.training.report.run_logger import RunLogger
from engine.training.state.checkpoint import TrainingPosition
from engine.training.thread_choice import (
    SpeedWatch,
    candidates,
    choose_threads,
    count_of,
    describe_speeds,
    divided_threads,
    measure_speeds,
    most_threads,
    threads_from_environment,
)

log = logging.getLogger(__name__)

Speeds = dict[int, float]


class Trial:
    """Measures the training speed with different numbers of threads, and changes nothing.

    Args:
        blank: a batch of blank images.
        pass_size: photographs per pass; None = as configured.
    """

    def __init__(
        self,
        model: nn.Module,
        settings: TrainingSettings,
        device: Device,
        blank: Tensor,
        pass_size: int | None = None,
    ) -> None:
        self._model, self._settings, self._device = model, settings, device
        self._blank, self._most = blank, pass_size or settings.batch_size

    def __call__(self, numbers: Sequence[int]) -> Speeds:
        """Return images per second by number of threads; takes about a second."""
        before = torch.get_num_threads()
        try:
            return measure_speeds(numbers, self._run_pass, self._most, time.perf_counter)
        finally:
            torch.set_num_threads(before)

    def _run_pass(self, threads: int, images: int) -> None:
        torch.set_num_threads(threads)
        # At least two: batch normalisation refuses a single image.
        shown = self._blank.new_zeros(max(2, images), *self._blank.shape[1:])
        rehearse(self._model, self._settings, self._device, shown)


class Threads:
    """Sets the number of threads of an attempt; on a GPU it only follows the settings.

    The checkpoint stores the number that a trial chose. A resumed run therefore computes exactly
    the same sums as an uninterrupted run, until a trial after a change of speed chooses another
    number.
    """

    def __init__(
        self,
        logger: RunLogger,
        device: Device,
        ranks: Ranks,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._logger, self._device, self._ranks, self._clock = logger, device, ranks, clock
        self._trial: Callable[[Sequence[int]], Speeds] | None = None
        self._watch: SpeedWatch | None = None
        self._number: int | None = None

    def use_default(self, wanted: int | None) -> None:
        """Set a number that does not depend on the machine's load, for the work before a stage's
        steps.
        """
        number = self._fixed(wanted) or (None if self._device.is_gpu else most_threads())
        if number:
            torch.set_num_threads(number)

    def begin(
        self,
        wanted: int | None,
        position: TrainingPosition,
        trial: Callable[[Sequence[int]], Speeds],
    ) -> dict[str, Any]:
        """Choose a number for a stage that starts or resumes at `position`; return position fields.

        The order of precedence is: the settings (`wanted`), the environment, the checkpoint, a
        trial.
        """
        self._trial = self._watch = None
        self._number = self._fixed(wanted)
        if self._number:
            self._use(self._number, {})
            log.info("Training with %s, as set.", count_of(self._number))
        elif not self._device.is_gpu:
            self._trial = trial
            if position.threads and position.promised and position.threads <= most_threads():
                self._use(position.threads, {})
                self._watch = SpeedWatch(position.promised, self._clock())
                log.info("Training with %s, as before.", count_of(position.threads))
            else:
                self._choose()
        return self._fields()

    def after_step(self, images: int, seconds: float) -> dict[str, Any]:
        """Count a step and choose again if the speed has changed for some time; return position
        fields.

        `images` is the number of the step, `seconds` the computing time of its passes.
        """
        if self._watch is not None:
            speed = self._watch.add(images, seconds, self._clock())
            if speed is not None:
                log.info(
                    "Training computes %.3g images a second instead of %.3g; trying other numbers "
                    "of threads.",
                    speed,
                    self._watch.expected,
                )
                with self._logger.pace.paused():
                    self._choose(current=self._number, reached=speed)
        return self._fields()

    def _choose(self, current: int | None = None, reached: float = 0.0) -> None:
        """Try every number of threads.

        `current` is the number that the run uses so far, `reached` its images per second.
        """
        if self._trial is None:
            return
        speeds = self._trial(candidates(most_threads()))
        number = choose_threads(speeds, current)
        self._use(number, speeds)
        log.info("Training with %s (%s).", count_of(number), describe_speeds(speeds))
        if current not in (None, number):
            log.warning(
                "Sums round differently with another number of threads; set training.threads for "
                "runs that repeat exactly."
            )
        now = self._clock()
        if current is None:
            self._watch = SpeedWatch(speeds[number], now)
        else:
            # The trial's passes may be smaller than those of training, and slower per image.
            expected = max(speeds[number], reached)
            self._watch = SpeedWatch.after_trial(expected, now)

    def _use(self, number: int, speeds: Mapping[int, float]) -> None:
        self._number = number
        torch.set_num_threads(number)
        self._logger.threads(number, speeds)

    def _fixed(self, wanted: int | None) -> int | None:
        """Return the number that needs no trial; None on a GPU unless it is `wanted`."""
        if wanted or self._device.is_gpu:
            return wanted
        several = self._ranks.count > 1
        return threads_from_environment() or (
            divided_threads(self._ranks.count) if several else None
        )

    def _fields(self) -> dict[str, Any]:
        promised = None if self._watch is None else self._watch.expected
        return {"threads": self._number, "promised": promised}
