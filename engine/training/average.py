"""A moving average of the weights, which often judges better than the weights themselves."""

import torch
from timm.utils.model_ema import ModelEmaV3
from torch import Tensor, nn

# Below this a second copy of the weights is better kept beside the GPU than on it.
_SMALL_GPU = 6 * 2**30


class Average:
    """Polyak and Juditsky, 1992; its decay climbs to `decay`, so that the start is forgotten."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        place = next(model.parameters()).device
        small = place.type == "cuda" and (
            torch.cuda.get_device_properties(place).total_memory < _SMALL_GPU
        )
        self._ema = ModelEmaV3(
            model, decay, use_warmup=True, device=torch.device("cpu") if small else None
        )
        self._place = place

    def update(self, model: nn.Module, step: int) -> None:
        """Take in the weights after the stage's `step`-th step, counted from 1."""
        self._ema.update(model, step)

    def network(self) -> nn.Module:
        """The network with the averaged weights, where the other one is."""
        network: nn.Module = self._ema.module
        return network.to(self._place)

    def release(self) -> None:
        """Put the average back where it is kept."""
        if self._ema.device is not None:
            self._ema.module.to(self._ema.device)

    def tensors(self) -> dict[str, Tensor]:
        """What a checkpoint keeps."""
        return dict(self._ema.module.state_dict())

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Go on from what `tensors` gave."""
        self._ema.module.load_state_dict(tensors)
