"""Reading weights files without executing code, and matching weights to a network."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor, nn

from engine.errors import BadInput

Weights = dict[str, Tensor]

_WRAPPERS = ("state_dict", "model", "model_state_dict", "state_dict_ema")
_PREFIXES = ("module.", "_orig_mod.", "model.")


class _Discarded:
    """Stands for a value beside the weights, such as a metric or a path, which is not read."""

    def __init__(self, *_: object) -> None:
        """Accept and drop what the value was made of."""

    def __setstate__(self, _: object) -> None:
        """Drop the state."""


def _plain_dict(*_: object) -> dict[Any, Any]:
    return {}


# Training scripts save such values beside the weights. Their names in the file lead to stand-ins,
# so that none of their code runs.
_HARMLESS: list[Any] = [
    (_plain_dict, "collections.defaultdict"),
    *((kind, f"builtins.{kind.__name__}") for kind in (dict, float, int, list)),
    *(
        (_Discarded, name)
        for name in (
            *(f"numpy.{core}.multiarray.scalar" for core in ("core", "_core")),
            *(f"numpy.{core}.multiarray._reconstruct" for core in ("core", "_core")),
            *("numpy.dtype", "numpy.ndarray", "_codecs.encode"),
            *("pathlib.Path", "pathlib.PosixPath", "pathlib.PurePosixPath"),
            *("pathlib.WindowsPath", "pathlib.PureWindowsPath"),
            *("pathlib._local.PosixPath", "pathlib._local.WindowsPath"),
        )
    ),
]


@dataclass(frozen=True)
class WeightsFile:
    """The tensors of a file by name, and the class map of their training, if the file has it."""

    tensors: Weights
    fingerprint: str | None = None


def read_weights(path: Path) -> WeightsFile:
    """Read a .safetensors, .pth, .pt or .bin file, or a run's checkpoint.

    Executes no code from the file.

    Raises:
        BadInput: the file is missing, damaged, or no weights file.
    """
    if not path.is_file():
        raise BadInput("The weights file {file} does not exist. Check model.weights.", file=path)
    try:
        if path.suffix == ".safetensors":
            return _read_safetensors(path)
        with torch.serialization.safe_globals(_HARMLESS):
            found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        # Damaged bytes make the readers raise many error types.
        raise BadInput("{file} is damaged or is not a weights file.", file=path) from error
    for wrapper in _WRAPPERS:
        if isinstance(found, dict) and isinstance(found.get(wrapper), dict):
            found = found[wrapper]
    if not isinstance(found, dict):
        raise BadInput("{file} does not contain network weights.", file=path)
    weights = {str(name): value for name, value in found.items() if isinstance(value, Tensor)}
    return WeightsFile(_without_prefix(weights))


def _read_safetensors(path: Path) -> WeightsFile:
    with safe_open(path, framework="pt") as file:
        names = list(file.keys())
        # A run's checkpoint also holds the optimiser's state.
        kept = [name for name in names if name.startswith("model.")] or names
        tensors = {name: file.get_tensor(name) for name in kept}
        return WeightsFile(_without_prefix(tensors), (file.metadata() or {}).get("fingerprint"))


def resampled(weights: Weights, model: nn.Module) -> Weights:
    """Weights with position embeddings resampled to the network's input size."""
    # timm's modules each define how to resample their networks' weights.
    convert = getattr(sys.modules[type(model).__module__], "checkpoint_filter_fn", None)
    if convert is None:
        return weights
    try:
        return dict(convert(dict(weights), model))
    except (KeyError, AttributeError, RuntimeError, ValueError):
        return weights


def match_weight_names(found: Weights, own: Weights, path: Path) -> Weights:
    """Rename another library's weights by pairing them with the network's own in order.

    Raises:
        BadInput: the number of weights differs.
    """
    if len(found) != len(own):
        raise BadInput(
            "{file} belongs to another network: it holds {found} tensors, but {needed} are needed.",
            file=path,
            found=len(found),
            needed=len(own),
        )
    return dict(zip(own, found.values(), strict=True))


def _without_prefix(weights: Weights) -> Weights:
    for prefix in _PREFIXES:
        if weights and all(name.startswith(prefix) for name in weights):
            weights = {name.removeprefix(prefix): value for name, value in weights.items()}
    return weights
