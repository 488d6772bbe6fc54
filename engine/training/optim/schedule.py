"""The learning rate as a function of the step.

A new way for it to fall is an entry of `SCHEDULES`: it can then be set as `training.schedule`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from engine.language.message import deferred
from engine.registry import Registry

Fall = Callable[[float], float]


@dataclass(frozen=True)
class Decay:
    """How the learning rate falls after the warm-up.

    `height(share)` is 1 at the peak and 0 at the floor; `share` of the steps after the warm-up
    are taken, 0 to 1.
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
    """Linear warm-up, then a fall from the peak to the floor.

    `warmup` and `total` are in optimiser steps; steps count from `begin`.
    """

    peak: float
    floor: float
    warmup: int
    total: int
    begin: int = 0
    fall: Fall = _cosine

    def rate(self, step: int) -> float:
        """The learning rate that optimiser step `step` uses."""
        step -= self.begin
        if step < self.warmup:
            return self.peak * (step + 1) / self.warmup
        share = min(1.0, (step - self.warmup) / max(1, self.total - self.warmup))
        floor = min(self.floor, self.peak)
        return floor + (self.peak - floor) * self.fall(share)
