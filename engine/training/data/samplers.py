"""How often an epoch draws each photograph: samplers by name.

To add a sampler, add an entry to `SAMPLERS`; `training.sampling` then accepts it. The settings
import this file for the names, so it does not import torch.
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
    """Draws as many photographs as there are, each with probability in proportion to its weight.

    `weight(counts)` returns the weight of a photograph from the number of photographs of its
    species. None draws each photograph exactly once.
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
