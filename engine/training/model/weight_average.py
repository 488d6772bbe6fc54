"""A moving average of the weights, which often scores better than the weights themselves."""

from timm.utils.model_ema import ModelEmaV3
from torch import Tensor, nn


class WeightAverage:
    """An exponential moving average whose decay rises to `decay`, so that the first weights fade
    out.

    It is on the same device as the weights, so that an update never waits for a GPU. The trial step
    reserves its memory (`fit.fit_memory`). Calculated cost: 4 bytes per weight, 0.34 GiB for a
    ViT-B. Polyak and Juditsky, 1992.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self._ema = ModelEmaV3(model, decay, use_warmup=True)

    def update(self, model: nn.Module, step: int) -> None:
        """Add the weights after the stage's `step`-th step, counted from 1."""
        self._ema.update(model, step)

    def network(self) -> nn.Module:
        """Return the network with the averaged weights."""
        network: nn.Module = self._ema.module
        return network

    def tensors(self) -> dict[str, Tensor]:
        """Return the tensors for a checkpoint."""
        return dict(self._ema.module.state_dict())

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Restore the state that `tensors` returned."""
        self._ema.module.load_state_dict(tensors)
