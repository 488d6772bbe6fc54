"""The learning rate as a function of the step."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """Linear warm-up, then half a cosine (Loshchilov and Hutter, "SGDR", 2017).

    `warmup` and `total` are in optimiser steps; steps count from `begin`.
    """

    peak: float
    floor: float
    warmup: int
    total: int
    begin: int = 0

    def rate(self, step: int) -> float:
        """The learning rate that optimiser step `step` uses."""
        step -= self.begin
        if step < self.warmup:
            return self.peak * (step + 1) / self.warmup
        share = min(1.0, (step - self.warmup) / max(1, self.total - self.warmup))
        floor = min(self.floor, self.peak)
        return floor + (self.peak - floor) * (1 + math.cos(math.pi * share)) / 2
