"""Initialises the classifier from the features of each class, in one pass."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import BadInput
from engine.training.model.classifier import CosineClassifier, UnitLinear, classifier_of

# The initial score, above the mean of all classes, of a photograph at its species' mean.
_MARGIN = 10.0

Features = Iterable[tuple[Tensor, Tensor]]
"""Batches of features (n, width) and their labels (n,)."""


class _Moments:
    """Class means and the covariance around them; float64, on one device."""

    def __init__(self, classes: int, width: int, position: torch.device, spread: bool) -> None:
        self._sums = torch.zeros(classes, width, dtype=torch.float64, device=position)
        self._counts = self._sums.new_zeros(classes)
        self._products = self._sums.new_zeros(width, width) if spread else None

    def add(self, features: Features) -> "_Moments":
        for batch, labels in features:
            values = batch.to(self._sums.device).double()
            positions = labels.to(self._sums.device)
            self._sums.index_add_(0, positions, values)
            self._counts.index_add_(0, positions, torch.ones_like(positions, dtype=torch.float64))
            if self._products is not None:
                self._products += values.T @ values
        return self

    @property
    def count(self) -> float:
        return float(self._counts.sum().clamp(min=1))

    @property
    def known(self) -> Tensor:
        """Which classes have a photograph: (classes,)."""
        return self._counts > 0

    @property
    def middle(self) -> Tensor:
        """The mean of all features: (width,)."""
        return torch.div(self._sums.sum(0), self.count)

    @property
    def means(self) -> Tensor:
        """The mean of each class, or the overall mean if it has no photograph: (classes, width)."""
        found = self._sums / self._counts[:, None].clamp(min=1)
        return torch.where(self.known[:, None], found, self.middle)

    def within(self) -> Tensor:
        """The covariance around the class means, shrunk towards a sphere: (width, width).

        With fewer photographs per feature, the covariance is less reliable and is shrunk more.
        """
        assert self._products is not None
        means = self.means
        spread = (self._products - (means.T * self._counts) @ means) / self.count
        width = len(spread)
        share = width / (width + 2 * self.count)
        sphere = torch.full_like(self.middle, float(spread.diagonal().mean().clamp(min=1e-12)))
        return torch.lerp(spread, sphere.diag(), share)


@torch.no_grad()
def start_from_means(model: nn.Module, features: Features, classes: int) -> None:
    """Initialise the classifier from the mean features of each class.

    The initial prediction is the nearest class mean. A class without a photograph starts from the
    overall mean.

    Raises:
        BadInput: the classifier is not a single linear or cosine layer.
    """
    layer = classifier_of(model)
    if not isinstance(layer, nn.Linear | CosineClassifier):
        raise BadInput(
            "class_means needs a linear classifier. Set training.classifier_start to keep or new."
        )
    found = _Moments(classes, layer.weight.shape[1], layer.weight.device, spread=False)
    found.add(_scaled_for(layer, features))
    if isinstance(layer, CosineClassifier):
        layer.weight.copy_(functional.normalize(found.means, dim=1))
        return
    apart = found.means - found.middle
    scale = 2 * _MARGIN / apart.square().sum(1)[found.known].mean().clamp(min=1e-12)
    _set(layer, scale * apart, apart, found.middle)


@torch.no_grad()
def start_from_discriminant(model: nn.Module, features: Features, classes: int) -> None:
    """Initialise the classifier from the linear discriminant of its features.

    Like the nearest mean, but a direction weighs less if photographs of one class vary more in it.
    All classes have the same prior. Friedman, "Regularized discriminant analysis", 1989.

    Raises:
        BadInput: the classifier is not a single linear layer.
    """
    layer = classifier_of(model)
    if not isinstance(layer, nn.Linear):
        raise BadInput(
            "discriminant needs a linear classifier. Set training.classifier_start to keep or new."
        )
    found = _Moments(classes, layer.in_features, layer.weight.device, spread=True)
    found.add(_scaled_for(layer, features))
    apart = found.means - found.middle
    _set(layer, torch.linalg.solve(found.within(), apart.T).T, apart, found.middle)


def _scaled_for(layer: nn.Module, features: Features) -> Features:
    if not isinstance(layer, UnitLinear):
        return features
    return ((layer.scaled_input(batch), labels) for batch, labels in features)


def _set(layer: nn.Linear, weights: Tensor, apart: Tensor, middle: Tensor) -> None:
    """Set the layer so that two classes score the same halfway between their means."""
    layer.weight.copy_(weights)
    if layer.bias is not None:
        layer.bias.copy_(-(weights @ middle) - (weights * apart).sum(1) / 2)
