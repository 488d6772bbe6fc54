"""Measures a run's throughput and estimates the remaining time."""

import contextlib
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil
import torch


@dataclass(frozen=True)
class ThroughputReading:
    """Images per second and shares of time (0..1) between two points of the curves.

    `waiting` is the share spent waiting for photographs, `cpu` the load of the machine's
    processors.
    """

    images_per_second: float
    waiting: float
    cpu: float


def peak_memory(device: torch.device) -> int:
    """Return the peak bytes of this process; those on the GPU if it uses one."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def gpu_use(device: torch.device) -> dict[str, float]:
    """Return the GPU load from its driver, {"gpu": 0..1}, without waiting for its work.

    Empty if there is no GPU or the driver cannot report it.
    """
    if device.type != "cuda":
        return {}
    try:
        return {"gpu": torch.cuda.utilization(device) / 100}
    except Exception:
        # Drivers raise various errors, and a missing curve must not end a run.
        return {}


class Throughput:
    """Measures training only, without validation or writing checkpoints."""

    def __init__(self) -> None:
        self._images = 0
        self._steps = 0
        self._waited = 0.0
        self._beat_steps = 0
        self._seconds = 0.0
        self._validation = 0.0
        self._began = time.monotonic()

    def start(self) -> None:
        """Restart the measurement; steps since the last reading are discarded."""
        self._began, self._images, self._waited, self._beat_steps = time.monotonic(), 0, 0.0, 0

    def count(self, images: int) -> None:
        """Count an optimiser step over `images` photographs."""
        self._images += images
        self._beat_steps += 1

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """Count the time in this context as waiting for data."""
        began = time.monotonic()
        yield
        self._waited += time.monotonic() - began

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Exclude the time in this context."""
        began = time.monotonic()
        yield
        self._began += time.monotonic() - began

    def validated(self, seconds: float) -> None:
        """Record the duration of a validation."""
        self._validation = seconds

    def reading(self) -> ThroughputReading:
        """Return the measurement since the last reading, and start the next."""
        now = time.monotonic()
        seconds = max(now - self._began, 1e-9)
        busy = psutil.cpu_percent() / 100
        reading = ThroughputReading(self._images / seconds, min(1.0, self._waited / seconds), busy)
        self._steps += self._beat_steps
        self._seconds += seconds
        self._began, self._images, self._waited, self._beat_steps = now, 0, 0.0, 0
        return reading

    def seconds_left(self, steps: int, validations: int) -> float | None:
        """Estimate the seconds for `steps` and `validations` from the measurements so far."""
        if not self._steps:
            return None
        return round(steps * self._seconds / self._steps + validations * self._validation, 1)
