"""AdamW, with weight decay where it belongs."""

from typing import Any

import torch
from torch import Tensor, nn

from engine.settings.optimisation import TrainingSettings

_STATE = ("exp_avg", "exp_avg_sq", "step")


def make_optimiser(model: nn.Module, settings: TrainingSettings, fused: bool) -> torch.optim.AdamW:
    """AdamW (Loshchilov and Hutter, 2019) that decays matrices and kernels only.

    Biases, norms and what the network itself exempts (position embeddings, tokens) keep
    their size: shrinking them regularises nothing.
    """
    exempt_names: set[str] = getattr(model, "no_weight_decay", set[str])()
    decayed: list[Tensor] = []
    exempt: list[Tensor] = []
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            spared = weight.ndim <= 1 or name in exempt_names
            (exempt if spared else decayed).append(weight)
    groups: list[dict[str, Any]] = [
        {"params": decayed, "weight_decay": settings.weight_decay},
        {"params": exempt, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        [group for group in groups if group["params"]],
        lr=settings.learning_rate,
        fused=fused or None,
    )


def optimiser_tensors(optimiser: torch.optim.Optimizer, model: nn.Module) -> dict[str, Tensor]:
    """What the optimiser remembers, as `name of the weight/name of the memory`."""
    tensors = {}
    for name, weight in model.named_parameters():
        for key, value in optimiser.state.get(weight, {}).items():
            tensors[f"{name}/{key}"] = value
    return tensors


def load_optimiser_tensors(
    optimiser: torch.optim.Optimizer, model: nn.Module, tensors: dict[str, Tensor]
) -> None:
    """Give the optimiser its memory back."""
    for name, weight in model.named_parameters():
        memory = {key: tensors[f"{name}/{key}"] for key in _STATE if f"{name}/{key}" in tensors}
        if memory:
            # A fused or plain AdamW differ in where they keep the step; both take a float32.
            on_device = {
                key: value.to(weight.device) if key != "step" or _fused(optimiser) else value
                for key, value in memory.items()
            }
            optimiser.state[weight] = on_device


def _fused(optimiser: torch.optim.Optimizer) -> bool:
    return bool(optimiser.defaults.get("fused"))
