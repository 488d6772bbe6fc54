"""What moves the weights, each optimiser under its name.

A new one is an entry of `OPTIMISERS`: it can then be set as `training.optimiser`. The settings
read this file for its names, so it imports torch inside functions only.
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
    """A torch optimiser and what it remembers of each weight.

    `make(groups, rate, fused)` takes parameter groups with their weight decay, and whether all
    weights are where one kernel updates them together. `memories` are the names, in its state, of
    the tensors that have a weight's shape and begin at zero; `counts_steps` says whether its
    state also has "step". They are made before the first step, so that memory runs out then or
    never.
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
