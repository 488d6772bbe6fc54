"""The classifier: the last layer, its kinds, its initial weights and its input."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import BadInput
from engine.settings.model import Head

_COSINE_SCALE = 20.0


class CosineClassifier(nn.Module):
    """Scores by direction only: the scaled cosine between features and a species' weights.

    Its weights have the names and shapes of a linear layer. Gidaris and Komodakis, "Dynamic
    few-shot visual learning without forgetting", 2018.
    """

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(0.02 * torch.randn(classes, width))
        self.scale = nn.Parameter(torch.tensor(_COSINE_SCALE))

    def forward(self, features: Tensor) -> Tensor:
        cosine = functional.linear(
            functional.normalize(features.float(), dim=1),
            functional.normalize(self.weight.float(), dim=1),
        )
        return self.scale * cosine


class UnitLinear(nn.Linear):
    """A linear layer on features that are normalised to the length sqrt(width).

    The norm of the features says little about the species. Snell et al., "Prototypical networks",
    2017, and later work compare features in this way.
    """

    def forward(self, features: Tensor) -> Tensor:
        return super().forward(self.scaled_input(features).to(self.weight.dtype))

    def scaled_input(self, features: Tensor) -> Tensor:
        """Return the normalised features, (n, width)."""
        return functional.normalize(features.float(), dim=1) * math.sqrt(self.in_features)


def classifier_of(model: nn.Module) -> nn.Module:
    """Return the network's classifier.

    Raises:
        BadInput: it has none, or several.
    """
    name = _name(model)
    return model.get_submodule(name)


def classifier_names(model: nn.Module) -> set[str]:
    """Return the names of the classifier's weights."""
    heads = _names(model)
    return {
        name for name in model.state_dict() if any(name.startswith(f"{head}.") for head in heads)
    }


def use_classifier(model: nn.Module, head: Head) -> None:
    """Replace the linear classifier by the one that the settings name.

    Raises:
        BadInput: the network has several classifiers, or none that is a single linear layer.
    """
    old, name = classifier_of(model), _name(model)
    if not isinstance(old, nn.Linear):
        raise BadInput(
            "The classifier of this network is not linear, so {head} does not work. Set model.head "
            "to linear.",
            head=head,
        )
    parent, _, last = name.rpartition(".")
    kind = CosineClassifier if head == "cosine" else UnitLinear
    setattr(model.get_submodule(parent), last, kind(old.in_features, old.out_features))


def clear_classifier(model: nn.Module) -> None:
    """Set the classifier to zero (Dosovitskiy et al., "An image is worth 16x16 words", 2021).

    Random weights add noise to trained features, and some networks start with so much that a short
    training does not remove it. A cosine classifier has no zero direction, so it starts from random
    weights.
    """
    for head in _names(model):
        for module in model.get_submodule(head).modules():
            if isinstance(module, nn.Linear | nn.Conv2d):
                for weight in module.parameters():
                    nn.init.zeros_(weight)
            elif isinstance(module, CosineClassifier):
                nn.init.normal_(module.weight, std=0.02)
                nn.init.constant_(module.scale, _COSINE_SCALE)


def pre_logits(model: nn.Module, images: Tensor) -> Tensor:
    """Return the input of the classifier, (n, width), for normalised images."""
    network: Any = model
    features: Tensor = network.forward_head(network.forward_features(images), pre_logits=True)
    return features


def _names(model: nn.Module) -> tuple[str, ...]:
    named = (getattr(model, "pretrained_cfg", None) or {}).get("classifier") or ()
    heads = (named,) if isinstance(named, str) else tuple(named)
    known = {name for name, _ in model.named_modules()}
    return tuple(head for head in heads if head in known)


def _name(model: nn.Module) -> str:
    names = _names(model)
    if len(names) != 1:
        raise BadInput(
            "This network does not have exactly one classifier. model.head, features, class_means "
            "and discriminant need one. Choose another network."
        )
    return names[0]
