"""Creates the optimiser of a run, with weight decay on matrices and kernels only."""

import torch
from torch import Tensor, nn

from engine.settings.optimisation import TrainingSettings
from engine.training.model.adapters import is_adapter
from engine.training.model.classifier import classifier_names
from engine.training.model.trainable import layers_of
from engine.training.optim.optimisers import OPTIMISERS, Optimiser

_FUSED = ("cpu", "cuda")


def make_optimiser(model: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    """Create the optimiser over the trainable weights; only matrices and kernels decay.

    Biases, norms and the network's own exemptions (position embeddings, tokens) do not decay: that
    would not regularise. Each group has a `share` of the learning rate, for `set_rate`.
    """
    exempt: set[str] = getattr(model, "no_weight_decay", set[str])()
    shares = rate_shares(model, settings)
    groups: dict[tuple[float, float], list[Tensor]] = {}
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            decay = 0.0 if weight.ndim <= 1 or name in exempt else settings.weight_decay
            groups.setdefault((shares[name], decay), []).append(weight)
    # The fused update is a single pass over the weights: on a CPU it takes a seventh of the time.
    fused = all(weight.device.type in _FUSED for weight in model.parameters())
    kind = OPTIMISERS[settings.optimiser]
    optimiser = kind.make(
        [
            {"params": weights, "share": share, "weight_decay": decay}
            for (share, decay), weights in groups.items()
        ],
        settings.learning_rate,
        fused,
    )
    _set_memory_aside(optimiser, kind)
    return optimiser


def _set_memory_aside(optimiser: torch.optim.Optimizer, kind: Optimiser) -> None:
    """Allocate now what the optimiser otherwise allocates in its first step.

    If memory ran out during that step, only some weights would be updated.
    """
    fused = optimiser.defaults.get("fused")
    for group in optimiser.param_groups:
        for weight in group["params"]:
            state = {
                name: torch.zeros_like(weight, memory_format=torch.preserve_format)
                for name in kind.memories
            }
            if kind.counts_steps:
                state["step"] = torch.zeros((), device=weight.device if fused else "cpu")
            if state:
                optimiser.state[weight] = state


def rate_shares(model: nn.Module, settings: TrainingSettings) -> dict[str, float]:
    """Return each weight's share of the learning rate, by name.

    New layers (the classifier and adapters) have a share of 1. The others have `backbone_rate`.
    With `layer_decay`, it decreases from layer to layer towards the input (Clark et al., "ELECTRA",
    2020).
    """
    new = classifier_names(model)
    decay = settings.layer_decay
    layers = layers_of(model) if decay < 1 else {}
    top = max(layers.values(), default=0)
    return {
        name: 1.0
        if name in new or is_adapter(name)
        else settings.backbone_rate * decay ** (top - layers.get(name, top))
        for name, _ in model.named_parameters()
    }


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """Set each group's learning rate to its share of `rate`."""
    for group in optimiser.param_groups:
        group["lr"] = rate * group["share"]


def optimiser_tensors(optimiser: torch.optim.Optimizer, model: nn.Module) -> dict[str, Tensor]:
    """Return the optimiser's state, with keys `name of the weight/name of the state`."""
    tensors = {}
    for name, weight in model.named_parameters():
        for key, value in optimiser.state.get(weight, {}).items():
            if isinstance(value, Tensor):
                tensors[f"{name}/{key}"] = value
    return tensors


def load_optimiser_tensors(
    optimiser: torch.optim.Optimizer, model: nn.Module, tensors: dict[str, Tensor]
) -> None:
    """Restore the optimiser's state."""
    memories: dict[str, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        weight_name, _, memory_name = key.rpartition("/")
        memories.setdefault(weight_name, {})[memory_name] = value
    for name, weight in model.named_parameters():
        if memory := memories.get(name):
            optimiser.state[weight] = {k: value.to(weight.device) for k, value in memory.items()}
