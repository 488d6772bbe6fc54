"""Adapters: small trainable layers beside frozen ones."""

from typing import Any

from torch import Tensor, nn

from engine.errors import BadInput
from engine.settings.model import ModelSettings

_MARK = ".adapter."


class LowRank(nn.Module):
    """A low-rank update of a linear layer or a 1 × 1 convolution (Hu et al., "LoRA", 2022).

    The second factor starts at zero, so that the update starts at zero.
    """

    def __init__(self, base: nn.Linear | nn.Conv2d, rank: int) -> None:
        super().__init__()
        if isinstance(base, nn.Linear):
            self.down: nn.Module = nn.Linear(base.in_features, rank, bias=False)
            self.up: nn.Module = nn.Linear(rank, base.out_features, bias=False)
        else:
            self.down = nn.Conv2d(base.in_channels, rank, 1, bias=False)
            self.up = nn.Conv2d(rank, base.out_channels, 1, bias=False)
        nn.init.zeros_(self.up.get_parameter("weight"))

    def forward(self, inputs: Tensor) -> Tensor:
        change: Tensor = self.up(self.down(inputs))
        return change


class Bottleneck(nn.Module):
    """A bottleneck network parallel to an MLP (Chen et al., "AdaptFormer", 2022)."""

    _SCALE = 0.1

    def __init__(self, width: int, rank: int) -> None:
        super().__init__()
        self.down = nn.Linear(width, rank)
        self.act = nn.ReLU()
        self.up = nn.Linear(rank, width)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, inputs: Tensor) -> Tensor:
        change: Tensor = self.up(self.act(self.down(inputs)))
        return self._SCALE * change


def add_adapters(model: nn.Module, settings: ModelSettings) -> None:
    """Add the adapters of the settings to a network; its own weights keep their names.

    Raises:
        BadInput: the network has no layers for them.
    """
    if settings.adapter == "none":
        return
    added = 0
    for name, module in list(model.named_modules()):
        adapter = _adapter_for(name, module, settings)
        if adapter is not None:
            module.add_module("adapter", adapter)
            module.register_forward_hook(_with_adapter)
            added += 1
    if not added:
        raise BadInput(
            "{network} has no layers for {adapter}. Choose the other model.adapter or another "
            "network.",
            network=settings.name,
            adapter=settings.adapter,
        )


def is_adapter(name: str) -> bool:
    """Whether the weight with this name belongs to an adapter."""
    return _MARK in name


def _adapter_for(name: str, module: nn.Module, settings: ModelSettings) -> nn.Module | None:
    last, rank = name.rpartition(".")[2], settings.adapter_rank
    if settings.adapter == "adaptformer":
        first = getattr(module, "fc1", None) if last == "mlp" else None
        # The MLPs of some ConvNeXt variants are 1 × 1 convolutions.
        return Bottleneck(first.in_features, rank) if isinstance(first, nn.Linear) else None
    if isinstance(module, nn.Linear) and last in ("qkv", "q", "k", "v", "proj"):
        return LowRank(module, rank)
    pointwise = isinstance(module, nn.Conv2d) and module.kernel_size == (1, 1)
    if (
        isinstance(module, nn.Conv2d)
        and pointwise
        and module.groups == 1
        and module.stride == (1, 1)
    ):
        return LowRank(module, rank)
    return None


def _with_adapter(module: nn.Module, inputs: tuple[Any, ...], output: Tensor) -> Tensor:
    adapter = module.get_submodule("adapter")
    change: Tensor = adapter(inputs[0])
    return output + change
