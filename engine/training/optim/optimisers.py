"""The optimisers by name.

To add an optimiser, add an entry to `OPTIMISERS`; `training.optimiser` then accepts it. The
settings import this file for the names, so it imports torch only inside functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.language.message import deferred
from engine.registry import Registry

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Optimiser:
    """A torch optimiser and the state that it keeps for each weight.

    `make(groups, rate, fused)` takes parameter groups with their weight decay; `fused` says whether
    one kernel can update all weights together. `memories` names the state tensors that have the
    shape of the weight and start at zero; `counts_steps` says whether the state also has "step".
    The state is allocated before the first step, so that a lack of memory shows there.
    """

    title: str
    description: str
    make: Callable[[list[dict[str, Any]], float, bool], torch.optim.Optimizer]
    memories: tuple[str, ...] = ()
    counts_steps: bool = False


def _adamw(groups: list[dict[str, Any]], rate: float, fused: bool) -> torch.optim.Optimizer:
    import torch

    return torch.optim.AdamW(groups, lr=rate, fused=fused)


def _sgd(groups: list[dict[str, Any]], rate: float, fused: bool) -> torch.optim.Optimizer:
    import torch

    return torch.optim.SGD(groups, lr=rate, momentum=0.9, nesterov=True, fused=fused)


OPTIMISERS: Registry[Optimiser] = Registry(
    "optimiser",
    {
        # Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.
        "adamw": Optimiser(
            deferred("AdamW"),
            deferred("Adapts the step of each weight. Usual for transformers."),
            _adamw,
            memories=("exp_avg", "exp_avg_sq"),
            counts_steps=True,
        ),
        # Sutskever et al., "On the importance of initialization and momentum", 2013.
        "sgd": Optimiser(
            deferred("SGD"),
            deferred("Nesterov momentum of 0.9. Needs less memory and a higher learning rate."),
            _sgd,
            memories=("momentum_buffer",),
        ),
    },
)
