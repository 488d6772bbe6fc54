"""Which weights are trainable."""

# The public function, timm.optim.param_groups_layer_decay, also builds its own optimiser groups.
from timm.models._manipulate import group_parameters
from torch import nn

from engine.errors import BadInput
from engine.settings.optimisation import TrainingSettings
from engine.training.model.adapters import is_adapter
from engine.training.model.classifier import classifier_names, classifier_of


def select_trainable(model: nn.Module, settings: TrainingSettings) -> None:
    """Make the weights that the method names trainable, and freeze the others.

    Raises:
        BadInput: the network does not describe its blocks, or has no single classifier.
    """
    head = classifier_names(model)
    method = settings.method
    if method == "features":
        classifier_of(model)
    last = set[str]()
    if method == "last_blocks":
        layers = layers_of(model)
        first = max(layers.values(), default=0) - settings.last_blocks
        last = {name for name, layer in layers.items() if layer >= first}
    for name, weight in model.named_parameters():
        beside = method == "adapters" and is_adapter(name)
        weight.requires_grad_(method == "full" or name in head or name in last or beside)


def layers_of(model: nn.Module) -> dict[str, int]:
    """Return the layer index of each weight by name, counted from the input.

    Raises:
        BadInput: the network does not describe its layers.
    """
    matcher = getattr(model, "group_matcher", None)
    if matcher is None:
        raise BadInput(
            "This network does not list its layers. Set training.layer_decay to 1 and "
            "training.method to full."
        )
    return dict(group_parameters(model, matcher(coarse=False), reverse=True))


def train_mode(model: nn.Module, settings: TrainingSettings) -> None:
    """Switch a network to training mode; frozen networks and statistics stay in evaluation mode."""
    if settings.method in ("head", "features"):
        model.eval()
        return
    model.train()
    if settings.frozen_statistics:
        for module in model.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()
