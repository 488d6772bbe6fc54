"""A moving average of the weights, which often judges better than the weights themselves."""

from timm.utils.model_ema import ModelEmaV3
from torch import Tensor, nn


class WeightAverage:
    """Polyak and Juditsky, 1992; its decay climbs to `decay`, so that the start is forgotten.

    It lies where the weights lie, so that taking them in never waits for a GPU; the trial step
    sets its memory aside (`fit.fit_memory`). What that costs a small card is counted, not
    measured: 4 bytes a weight, 0.34 GiB of a ViT-B.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self._ema = ModelEmaV3(model, decay, use_warmup=True)

    def update(self, model: nn.Module, step: int) -> None:
        """Take in the weights after the stage's `step`-th step, counted from 1."""
        self._ema.update(model, step)

    def network(self) -> nn.Module:
        """The network with the averaged weights."""
        network: nn.Module = self._ema.module
        return network

    def tensors(self) -> dict[str, Tensor]:
        """What a checkpoint keeps."""
        return dict(self._ema.module.state_dict())

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Go on from what `tensors` gave."""
        self._ema.module.load_state_dict(tensors)
