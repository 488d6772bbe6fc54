"""How fast a run goes, and how long it will take."""

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
    """Between two points of the curves: images a second, and shares of time, 0..1.

    `waiting` is spent waiting for photographs, `cpu` is how busy the machine's processors are.
    """

    images_per_second: float
    waiting: float
    cpu: float


def peak_memory(device: torch.device) -> int:
    """The most bytes that this process has held: of the GPU where it uses one."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def gpu_use(device: torch.device) -> dict[str, float]:
    """How busy the GPU is, {"gpu": 0..1}, as its driver says without waiting for its work.

    Empty where there is none, or a driver that cannot tell.
    """
    if device.type != "cuda":
        return {}
    try:
        return {"gpu": torch.cuda.utilization(device) / 100}
    except Exception:
        # Drivers fail each in its own way, and a curve less is no reason to end a run.
        return {}


class Throughput:
    """Measures training alone: neither validation nor the writing of checkpoints."""

    def __init__(self) -> None:
        self._images = 0
        self._steps = 0
        self._waited = 0.0
        self._beat_steps = 0
        self._seconds = 0.0
        self._validation = 0.0
        self._began = time.monotonic()

    def start(self) -> None:
        """Training begins again after something else; what was not told by then is let go."""
        self._began, self._images, self._waited, self._beat_steps = time.monotonic(), 0, 0.0, 0

    def count(self, images: int) -> None:
        """An optimiser step over `images` photographs is done."""
        self._images += images
        self._beat_steps += 1

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """Time in here is spent waiting for data."""
        began = time.monotonic()
        yield
        self._waited += time.monotonic() - began

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Time in here does not count as training."""
        began = time.monotonic()
        yield
        self._began += time.monotonic() - began

    def validated(self, seconds: float) -> None:
        """A validation took so long."""
        self._validation = seconds

    def reading(self) -> ThroughputReading:
        """What happened since the last beat."""
        now = time.monotonic()
        seconds = max(now - self._began, 1e-9)
        busy = psutil.cpu_percent() / 100
        reading = ThroughputReading(self._images / seconds, min(1.0, self._waited / seconds), busy)
        self._steps += self._beat_steps
        self._seconds += seconds
        self._began, self._images, self._waited, self._beat_steps = now, 0, 0.0, 0
        return reading

    def seconds_left(self, steps: int, validations: int) -> float | None:
        """For so many more steps and validations, from what they took so far."""
        if not self._steps:
            return None
        return round(steps * self._seconds / self._steps + validations * self._validation, 1)
