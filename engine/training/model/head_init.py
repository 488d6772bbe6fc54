"""What a classifier guesses before it has learned: from the features of each class, in one pass."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import BadInput
from engine.training.model.classifier import CosineClassifier, UnitLinear, classifier_of

# What a photograph at its species' mean scores above the middle, at first.
_MARGIN = 10.0

Features = Iterable[tuple[Tensor, Tensor]]
"""Batches of features (n, width) and their labels (n,)."""


class _Moments:
    """Means of the classes, and how photographs lie around them; float64, on one device."""

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
        """The mean of all: (width,)."""
        return torch.div(self._sums.sum(0), self.count)

    @property
    def means(self) -> Tensor:
        """Of each class; of one without a photograph, the middle: (classes, width)."""
        found = self._sums / self._counts[:, None].clamp(min=1)
        return torch.where(self.known[:, None], found, self.middle)

    def within(self) -> Tensor:
        """The covariance around the classes' means, shrunk towards a sphere: (width, width).

        The fewer photographs there are beside the width, the less their covariance says.
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
    """Let the classifier start from the mean features of each class.

    So a first guess is the nearest class; a class without a photograph starts from the mean of
    all.

    Raises:
        BadInput: the classifier is no single linear or cosine layer.
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
    """Let the classifier start from the linear discriminant of its features.

    Like the nearest mean, but a direction counts the less the more the photographs of one class
    differ in it; all classes are taken to be as common. Friedman, "Regularized discriminant
    analysis", 1989.

    Raises:
        BadInput: the classifier is no single linear layer.
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
    """Classes score by `weights`, and two the same halfway between their means."""
    layer.weight.copy_(weights)
    if layer.bias is not None:
        layer.bias.copy_(-(weights @ middle) - (weights * apart).sum(1) / 2)
