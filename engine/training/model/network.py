"""Builds a timm network by name, for a run's classes and image size."""

import difflib
import logging
from pathlib import Path
from typing import Any

import timm
from torch import nn

from engine.errors import BadInput
from engine.language.message import Message, message
from engine.settings.model import ModelSettings
from engine.split.classes import ClassMap
from engine.training.model.adapters import add_adapters
from engine.training.model.classifier import classifier_names, clear_classifier, use_classifier
from engine.training.model.start_weights import load_start_weights

log = logging.getLogger(__name__)


def build_model(settings: ModelSettings, classes: int, image_size: int) -> nn.Module:
    """Build a network without trained weights, with the classifier and adapters of its settings.

    Raises:
        BadInput: timm does not know the network, it does not accept these options or this size, or
            it does not support that classifier or those adapters.
    """
    options = dict(
        settings.options,
        num_classes=classes,
        drop_rate=settings.drop_rate,
        drop_path_rate=settings.drop_path_rate,
    )
    if not timm.is_model(settings.name):
        near = difflib.get_close_matches(settings.name, timm.list_models(), n=1)
        if not near:
            raise BadInput("timm has no network {name}. Change model.name.", name=settings.name)
        raise BadInput(
            "timm has no network {name}. Did you mean {meant}? Change model.name.",
            name=settings.name,
            meant=near[0],
        )
    options.setdefault("img_size", image_size)
    try:
        model = _create(settings.name, options)
    except (TypeError, ValueError, AssertionError, RuntimeError) as error:
        raise BadInput(
            "{network} cannot be built at {side} px with the options {options}: {error}.",
            network=settings.name,
            side=str(image_size),
            options=settings.options,
            error=_first_line(error),
        ) from error
    if settings.head != "linear":
        use_classifier(model, settings.head)
    add_adapters(model, settings)
    if settings.mean and settings.std:
        own: Any = getattr(model, "pretrained_cfg", None) or {}
        vars(model)["pretrained_cfg"] = dict(own, mean=settings.mean, std=settings.std)
    return model


def start_model(settings: ModelSettings, classes: ClassMap, image_size: int) -> nn.Module:
    """Build a network with the weights that training starts from.

    Raises:
        BadInput: as `build_model`; or the weights file is missing, damaged or of another network;
            or published weights are not available.
    """
    return started_model(settings, classes, image_size)[0]


def started_model(
    settings: ModelSettings, classes: ClassMap, image_size: int
) -> tuple[nn.Module, Message]:
    """As `start_model`; also return where its weights are from, in a sentence."""
    model = build_model(settings, len(classes), image_size)
    if settings.weights:
        return model, load_start_weights(model, Path(settings.weights), classes)
    if settings.pretrained:
        _load_published(model, settings, len(classes), image_size)
        return model, message("Published weights are on this computer")
    return model, message("Random weights")


def use_gradient_checkpointing(model: nn.Module) -> None:
    """Recompute activations in the backward pass (Chen et al., "Training deep nets with sublinear
    memory cost", 2016).

    Raises:
        BadInput: the network does not support it.
    """
    switch = getattr(model, "set_grad_checkpointing", None)
    try:
        if switch is None:
            raise AssertionError
        switch(True)
    except AssertionError as error:
        raise BadInput(
            "This network cannot recompute activations. Set training.gradient_checkpointing to "
            "false."
        ) from error


def is_convolutional(model: nn.Module) -> bool:
    """Whether most weights are in convolutions, which are faster with channels last."""
    kinds = [type(module) for module in model.modules()]
    return sum(issubclass(kind, nn.Conv2d) for kind in kinds) > sum(
        issubclass(kind, nn.Linear) for kind in kinds
    )


def _create(name: str, options: dict[str, Any]) -> nn.Module:
    try:
        model: nn.Module = timm.create_model(name, **options)
    except TypeError as error:
        # Networks without a fixed input size accept any size and have no such argument.
        if "img_size" not in str(error):
            raise
        model = timm.create_model(name, **{k: v for k, v in options.items() if k != "img_size"})
    return model


def _load_published(
    model: nn.Module, settings: ModelSettings, classes: int, image_size: int
) -> None:
    """Load timm's published weights into the network; the first use downloads them."""
    if not timm.is_model_pretrained(settings.name):
        raise BadInput(
            "{network} has no published weights. Set model.pretrained to false.",
            network=settings.name,
        )
    options = dict(settings.options, num_classes=classes, img_size=image_size, pretrained=True)
    try:
        published = _create(settings.name, options)
    except Exception as error:
        # The hub client raises different errors for a network that is not available.
        log.info("%s", _first_line(error))
        raise BadInput(
            "The published weights of {network} could not be downloaded. Connect to the internet, "
            "set model.weights to a local file, or set model.pretrained to false.",
            network=settings.name,
        ) from error
    # With as many species as ImageNet has classes, timm would keep its classifier.
    head = classifier_names(model)
    trained = {k: v for k, v in published.state_dict().items() if k not in head}
    model.load_state_dict(trained, strict=False)
    clear_classifier(model)
    log.info("Started from the published weights of %s.", settings.name)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".:") if lines else type(error).__name__
