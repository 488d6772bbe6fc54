"""How photographs are prepared for evaluation."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from torch import Tensor, nn

from engine.errors import BadInput
from engine.settings.files import explain
from engine.settings.run import RunSettings


@dataclass(frozen=True)
class EvaluationTransform:
    """Image size and test-time augmentation of an evaluation.

    `size` is the side of the network's input in pixels (None = as in training). If `mirrored`, the
    network also processes the mirror image, and the two outputs are averaged.

    A size above that of training often scores better (Touvron et al., "Fixing the train-test
    resolution discrepancy", 2019).
    """

    size: int | None = None
    mirrored: bool = False

    def settings(self, trained: RunSettings) -> RunSettings:
        """Return the settings of a run at this size.

        Raises:
            BadInput: the network does not support the size.
        """
        try:
            return trained.at_size(self.size)
        except ValidationError as error:
            raise BadInput(
                "The image size {size} cannot be used: {reason}",
                size=str(self.size),
                reason=explain(RunSettings, error),
            ) from error


AS_TRAINED = EvaluationTransform()


class Mirrored(nn.Module):
    """A network that averages its logits for an image and its mirror image."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        # The normalisation of pixels is read from it.
        self.pretrained_cfg: Any = getattr(network, "pretrained_cfg", None)

    def forward(self, images: Tensor) -> Tensor:
        """Return logits (n, classes) of normalised images (n, 3, side, side)."""
        both: Tensor = self.network(images) + self.network(images.flip(-1))
        return both / 2
