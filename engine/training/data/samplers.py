"""How often an epoch shows each photograph, each way under its name.

A new one is an entry of `SAMPLERS`: it can then be set as `training.sampling`. The settings read
this file for its names, so it loads no torch.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.language.message import deferred
from engine.registry import Registry

Weight = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True)
class Sampler:
    """Draws as many photographs as there are, each with a chance in proportion to its weight.

    `weight(counts)` is the weight of a photograph whose species has so many; None draws each
    photograph exactly once.
    """

    title: str
    description: str
    weight: Weight | None


# Kang et al., "Decoupling representation and classifier", 2020; Mahajan et al., "Exploring the
# limits of weakly supervised pretraining", 2018.
SAMPLERS: Registry[Sampler] = Registry(
    "sampler",
    {
        "uniform": Sampler(deferred("Uniform"), deferred("Each photograph once."), None),
        "square_root": Sampler(
            deferred("Square root"),
            deferred("Each species by the square root of its number of photographs."),
            lambda counts: counts**-0.5,
        ),
        "balanced": Sampler(
            deferred("Balanced"),
            deferred("Each species equally often."),
            lambda counts: counts**-1.0,
        ),
    },
    former={"square root": "square_root"},
)
