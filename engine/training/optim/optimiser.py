"""AdamW, with weight decay where it belongs."""

import torch
from torch import Tensor, nn

from engine.settings.optimisation import TrainingSettings
from engine.training.model.adapters import is_adapter
from engine.training.model.classifier import classifier_names
from engine.training.model.trainable import layers_of

_FUSED = ("cpu", "cuda")
_STATE = ("exp_avg", "exp_avg_sq", "step")


def make_optimiser(model: nn.Module, settings: TrainingSettings) -> torch.optim.AdamW:
    """AdamW (Loshchilov and Hutter, 2019) over what learns; it decays matrices and kernels only.

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
    optimiser = torch.optim.AdamW(
        [
            {"params": weights, "share": share, "weight_decay": decay}
            for (share, decay), weights in groups.items()
        ],
        lr=settings.learning_rate,
        fused=fused,
    )
    _set_memory_aside(optimiser, fused)
    return optimiser


def _set_memory_aside(optimiser: torch.optim.AdamW, fused: bool) -> None:
    """Make now what AdamW makes in its first step: were there no room for all of it then, some
    weights would have taken the step and others not."""
    for group in optimiser.param_groups:
        for weight in group["params"]:
            optimiser.state[weight] = {
                "step": torch.zeros((), device=weight.device if fused else "cpu"),
                "exp_avg": torch.zeros_like(weight, memory_format=torch.preserve_format),
                "exp_avg_sq": torch.zeros_like(weight, memory_format=torch.preserve_format),
            }


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
            tensors[f"{name}/{key}"] = value
    return tensors


def load_optimiser_tensors(
    optimiser: torch.optim.Optimizer, model: nn.Module, tensors: dict[str, Tensor]
) -> None:
    """Give the optimiser its memory back."""
    for name, weight in model.named_parameters():
        memory = {key: tensors[f"{name}/{key}"] for key in _STATE if f"{name}/{key}" in tensors}
        if memory:
            optimiser.state[weight] = {k: value.to(weight.device) for k, value in memory.items()}
