"""How photographs are shown to a network that judges them."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from torch import Tensor, nn

from engine.errors import BadInput
from engine.settings.files import explain
from engine.settings.run import RunSettings


@dataclass(frozen=True)
class EvaluationTransform:
    """The side of the square that the network sees (None = as it was trained), and whether it
    also sees each photograph `mirrored` and the two answers are averaged.

    A size somewhat above that of training often judges better (Touvron et al., "Fixing the
    train-test resolution discrepancy", 2019).
    """

    size: int | None = None
    mirrored: bool = False

    def settings(self, trained: RunSettings) -> RunSettings:
        """The settings of a run, at this size.

        Raises:
            BadInput: it is none that a network can be shown.
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
    """A network that answers with the mean of its logits for an image and its mirror image."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        # What tells how pixels are normalised.
        self.pretrained_cfg: Any = getattr(network, "pretrained_cfg", None)

    def forward(self, images: Tensor) -> Tensor:
        """Logits (n, classes) of normalised images (n, 3, side, side)."""
        both: Tensor = self.network(images) + self.network(images.flip(-1))
        return both / 2
