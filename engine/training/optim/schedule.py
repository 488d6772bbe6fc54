"""The learning rate as a function of the step.

To add a decay, add an entry to `SCHEDULES`; `training.schedule` then accepts it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from engine.language.message import deferred
from engine.registry import Registry

Fall = Callable[[float], float]


@dataclass(frozen=True)
class Decay:
    """How the learning rate decays after the warm-up.

    `height(share)` is 1 at the peak and 0 at the floor. `share` is the fraction of the steps after
    the warm-up that are done, 0 to 1.
    """

    title: str
    description: str
    height: Fall


def _cosine(share: float) -> float:
    """Half a cosine (Loshchilov and Hutter, "SGDR", 2017)."""
    return (1 + math.cos(math.pi * share)) / 2


SCHEDULES: Registry[Decay] = Registry(
    "schedule",
    {
        "cosine": Decay(
            deferred("Cosine"), deferred("Falls slowly, then fast, then slowly again."), _cosine
        ),
        "linear": Decay(deferred("Linear"), deferred("Falls evenly."), lambda share: 1 - share),
        "constant": Decay(deferred("Constant"), deferred("Stays at the peak."), lambda share: 1.0),
    },
)


@dataclass(frozen=True)
class Schedule:
    """Linear warm-up, then a decay from the peak to the floor.

    `warmup` and `total` are in optimiser steps; steps count from `begin`.
    """

    peak: float
    floor: float
    warmup: int
    total: int
    begin: int = 0
    fall: Fall = _cosine

    def rate(self, step: int) -> float:
        """Return the learning rate of optimiser step `step`."""
        step -= self.begin
        if step < self.warmup:
            return self.peak * (step + 1) / self.warmup
        share = min(1.0, (step - self.warmup) / max(1, self.total - self.warmup))
        floor = min(self.floor, self.peak)
        return floor + (self.peak - floor) * self.fall(share)
