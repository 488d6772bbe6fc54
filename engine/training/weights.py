"""Starting from weights in a local file, of the same network at whatever size and classes."""

import sys
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor, nn

from engine.errors import BadInput
from engine.split.classes import ClassMap
from engine.training.adapters import is_adapter
from engine.training.classifier import classifier_names, clear_classifier

Weights = dict[str, Tensor]

_WRAPPERS = ("state_dict", "model", "model_state_dict", "state_dict_ema")
_PREFIXES = ("module.", "_orig_mod.", "model.")


@dataclass(frozen=True)
class WeightsFile:
    """The tensors of a file by name, and the class map they were trained for, where it says."""

    tensors: Weights
    fingerprint: str | None = None


def read_weights(path: Path) -> WeightsFile:
    """Read a .safetensors, .pth, .pt or .bin file, a run's checkpoint among them.

    Nothing in the file is executed.

    Raises:
        BadInput: it is missing, damaged, or holds something else.
    """
    if not path.is_file():
        raise BadInput(f"model.weights: the file {path} does not exist.")
    try:
        if path.suffix == ".safetensors":
            return _read_safetensors(path)
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        # Damaged bytes end the readers in whatever way they happen to.
        raise BadInput(f"model.weights: {path} holds no weights that can be read.") from error
    for wrapper in _WRAPPERS:
        if isinstance(found, dict) and isinstance(found.get(wrapper), dict):
            found = found[wrapper]
    if not isinstance(found, dict):
        raise BadInput(f"model.weights: {path} holds no table of weights.")
    weights = {str(name): value for name, value in found.items() if isinstance(value, Tensor)}
    return WeightsFile(_without_prefix(weights))


def load_start_weights(model: nn.Module, path: Path, classes: ClassMap) -> list[str]:
    """Load a file into a network; returns remarks, a sentence each.

    Weights are matched by name, position embeddings resampled to the network's size; where
    names differ but the tensors fit in order, shape by shape, they are taken in order. A
    classifier for other classes is left out.

    Raises:
        BadInput: the file cannot be read or belongs to another network.
    """
    file = read_weights(path)
    own, head = model.state_dict(), classifier_names(model)
    new = {name for name in own if is_adapter(name)} - set(file.tensors)
    if any(is_adapter(name) and name not in own for name in file.tensors):
        raise BadInput(
            f"model.weights: {path} holds adapters; set model.adapter and its rank as they were."
        )
    by_name = _resampled(file.tensors, model)
    remarks = [f"Started from the weights in {path.name}."]
    if set(own) - set(by_name) - head - new:
        old = {name: value for name, value in own.items() if name not in new}
        chosen = _in_order(file.tensors, old, path)
        remarks.append("Its names are of another library; its tensors fit in their order.")
    else:
        chosen = {name: by_name[name] for name in own if name in by_name}
    other_classes = file.fingerprint not in (None, classes.fingerprint)
    if other_classes or any(chosen[name].shape != own[name].shape for name in head & set(chosen)):
        chosen = {name: value for name, value in chosen.items() if name not in head}
    for name, value in chosen.items():
        if value.shape != own[name].shape:
            raise BadInput(
                f"model.weights: {path} is of another network: its {name} has the shape "
                f"{tuple(value.shape)} where {tuple(own[name].shape)} is needed."
            )
    model.load_state_dict(chosen, strict=False)
    if set(own) - set(chosen) - new:
        remarks.append("Its classifier is for other classes; a new one takes its place.")
        clear_classifier(model)
    return remarks


def carry_weights(model: nn.Module, weights: Weights) -> None:
    """Give a network the weights of the same network at another image size."""
    model.load_state_dict(_resampled(weights, model))


def _read_safetensors(path: Path) -> WeightsFile:
    with safe_open(path, framework="pt") as file:
        names = list(file.keys())
        # A run's checkpoint holds the optimiser's memory beside the weights.
        kept = [name for name in names if name.startswith("model.")] or names
        tensors = {name: file.get_tensor(name) for name in kept}
        return WeightsFile(_without_prefix(tensors), (file.metadata() or {}).get("fingerprint"))


def _resampled(weights: Weights, model: nn.Module) -> Weights:
    # Each of timm's modules knows how its networks' weights are brought to another size.
    convert = getattr(sys.modules[type(model).__module__], "checkpoint_filter_fn", None)
    if convert is None:
        return weights
    try:
        return dict(convert(dict(weights), model))
    except (KeyError, AttributeError, RuntimeError, ValueError):
        return weights


def _in_order(found: Weights, own: Weights, path: Path) -> Weights:
    """Pair tensors by their order.

    Raises:
        BadInput: their number differs.
    """
    if len(found) != len(own):
        raise BadInput(
            f"model.weights: {path} is of another network: it holds {len(found)} tensors "
            f"under other names where {len(own)} are needed."
        )
    return dict(zip(own, found.values(), strict=True))


def _without_prefix(weights: Weights) -> Weights:
    for prefix in _PREFIXES:
        if weights and all(name.startswith(prefix) for name in weights):
            weights = {name.removeprefix(prefix): value for name, value in weights.items()}
    return weights
