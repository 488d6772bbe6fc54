"""Starting from a local weights file of the same network, for any image size and classes."""

import logging
from pathlib import Path

from torch import nn

from engine.errors import BadInput
from engine.language.message import Message, message
from engine.split.classes import ClassMap
from engine.training.model.adapters import is_adapter
from engine.training.model.classifier import classifier_names, clear_classifier
from engine.weights import Weights, WeightsFile, match_weight_names, read_weights, resampled

log = logging.getLogger(__name__)


def load_start_weights(model: nn.Module, path: Path, classes: ClassMap) -> Message:
    """Load a file into a network, log the result, and return it in a sentence.

    Weights are matched by name; position embeddings are resampled to the network's size. If the
    names differ but all shapes match in order, weights are matched by order. A classifier for other
    classes is skipped.

    Raises:
        BadInput: the file cannot be read or belongs to another network.
    """
    file = read_weights(path)
    own, head = model.state_dict(), classifier_names(model)
    new = {name for name in own if is_adapter(name)} - set(file.tensors)
    if any(is_adapter(name) and name not in own for name in file.tensors):
        raise BadInput(
            "{file} holds adapters. Set model.adapter and model.adapter_rank to the values it "
            "was trained with.",
            file=path,
        )
    by_name = resampled(file.tensors, model)
    log.info("Started from the weights in %s.", path.name)
    if set(own) - set(by_name) - head - new:
        old = {name: value for name, value in own.items() if name not in new}
        chosen = match_weight_names(file.tensors, old, path)
        log.info("The file uses the names of another library; its tensors fit in their order.")
    else:
        chosen = {name: by_name[name] for name in own if name in by_name}
    other_classes = file.fingerprint not in (None, classes.fingerprint)
    if other_classes or any(chosen[name].shape != own[name].shape for name in head & set(chosen)):
        chosen = {name: value for name, value in chosen.items() if name not in head}
    for name, value in chosen.items():
        if value.shape != own[name].shape:
            raise BadInput(
                "{file} belongs to another network: {tensor} has the shape {found}, but {needed} "
                "is needed.",
                file=path,
                tensor=name,
                found=tuple(value.shape),
                needed=tuple(own[name].shape),
            )
    model.load_state_dict(chosen, strict=False)
    resized = [
        name
        for name, value in file.tensors.items()
        if name in chosen and name not in head and value.shape != chosen[name].shape
    ]
    if resized:
        log.info("Resampled to the image size: %s.", ", ".join(resized))
    said = _outcome(path, file, chosen.keys() >= head, classes)
    if set(own) - set(chosen) - new:
        log.info("Its classifier is for other classes and was replaced by a new one.")
        clear_classifier(model)
    elif file.fingerprint is None:
        log.warning("%s", said.in_english())
    return said


def _outcome(path: Path, file: WeightsFile, has_head: bool, classes: ClassMap) -> Message:
    if not has_head:
        return message(
            "{file} fits the network; its classifier is for other classes and is replaced",
            file=path.name,
        )
    if file.fingerprint is None:
        return message(
            "{file} fits the network; that its {classes} classes are these, in this order, is not "
            "known",
            file=path.name,
            classes=len(classes),
        )
    return message("{file} fits the network", file=path.name)


def carry_weights(model: nn.Module, weights: Weights) -> None:
    """Load the weights of the same network at another image size."""
    model.load_state_dict(resampled(weights, model))
