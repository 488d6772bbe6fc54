"""The forward module: photographs go through the network, features through its classifier."""

from torch import Tensor, nn

from engine.augment.normalisation import normalisation_of
from engine.training.model.classifier import classifier_of


class ForwardModule(nn.Module):
    """A network that accepts uint8 photographs (n, 3, side, side), normalised float images of the
    same shape, or precomputed features (n, width).
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self._normalise = normalisation_of(model)

    def forward(self, images: Tensor) -> Tensor:
        """Return logits (n, classes)."""
        if images.dim() == 2:
            logits: Tensor = classifier_of(self.model)(images.float())
            return logits
        if not images.is_floating_point():
            images = self._normalise(images)
        answer: Tensor = self.model(images)
        return answer
