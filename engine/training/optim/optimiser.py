"""The optimiser of a run, with weight decay where it belongs."""

import torch
from torch import Tensor, nn

from engine.settings.optimisation import TrainingSettings
from engine.training.model.adapters import is_adapter
from engine.training.model.classifier import classifier_names
from engine.training.model.trainable import layers_of
from engine.training.optim.optimisers import OPTIMISERS, Optimiser

_FUSED = ("cpu", "cuda")


def make_optimiser(model: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    """The optimiser of the settings over what learns; it decays matrices and kernels only.

    Biases, norms and what the network itself exempts (position embeddings, tokens) keep
    their size: shrinking them regularises nothing. Each group has a `share` of the learning
    rate, for `set_rate`.
    """
    exempt: set[str] = getattr(model, "no_weight_decay", set[str])()
    shares = rate_shares(model, settings)
    groups: dict[tuple[float, float], list[Tensor]] = {}
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            decay = 0.0 if weight.ndim <= 1 or name in exempt else settings.weight_decay
            groups.setdefault((shares[name], decay), []).append(weight)
    # One pass over the weights: on a CPU too it takes a seventh of the time.
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
    """Make now what the optimiser makes in its first step: if memory ran out in the midst of that
    step, some weights would have moved and others not."""
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
    """Each weight's share of the learning rate, by name.

    New layers take it whole: the classifier and adapters. The others take `backbone_rate`,
    and with `layer_decay` less from layer to layer down to the images (Clark et al.,
    "ELECTRA", 2020).
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
    """Give each group its share of a learning rate."""
    for group in optimiser.param_groups:
        group["lr"] = rate * group["share"]


def optimiser_tensors(optimiser: torch.optim.Optimizer, model: nn.Module) -> dict[str, Tensor]:
    """What the optimiser remembers, as `name of the weight/name of the memory`."""
    tensors = {}
    for name, weight in model.named_parameters():
        for key, value in optimiser.state.get(weight, {}).items():
            if isinstance(value, Tensor):
                tensors[f"{name}/{key}"] = value
    return tensors


def load_optimiser_tensors(
    optimiser: torch.optim.Optimizer, model: nn.Module, tensors: dict[str, Tensor]
) -> None:
    """Give the optimiser its memory back."""
    memories: dict[str, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        weight_name, _, memory_name = key.rpartition("/")
        memories.setdefault(weight_name, {})[memory_name] = value
    for name, weight in model.named_parameters():
        if memory := memories.get(name):
            optimiser.state[weight] = {k: value.to(weight.device) for k, value in memory.items()}
